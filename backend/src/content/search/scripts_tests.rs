//! Queries in twenty scripts, as their readers type them.

use super::highlights::EXCERPT_CHARS;
use super::*;
use crate::content::search::tests::{found, post};

/// Script, text, what is typed, and whether it is found.
const QUERIES: [(&str, &str, &str, bool); 80] = [
    ("Latin", "Straße und Fußball", "STRASSE", true),
    ("Latin", "Straße und Fußball", "fussball", true),
    ("Latin", "gross", "groß", true),
    ("Latin", "Łódź, Øresund, Đà Nẵng", "lodz", true),
    ("Latin", "Łódź, Øresund, Đà Nẵng", "oresund", true),
    ("Latin", "Łódź, Øresund, Đà Nẵng", "da nang", true),
    ("Latin", "Æsop, Þingvellir, œuvre", "aesop", true),
    ("Latin", "Æsop, Þingvellir, œuvre", "thingvellir", true),
    ("Latin", "Æsop, Þingvellir, œuvre", "ŒUVRE", true),
    ("Latin", "ISPARTA", "ısparta", true),
    ("Latin", "İstanbul", "istanbul", true),
    ("Latin", "ﬁle ＦＵＬＬ １２３ H₂O", "file", true),
    ("Latin", "ﬁle ＦＵＬＬ １２３ H₂O", "full", true),
    ("Latin", "ﬁle ＦＵＬＬ １２３ H₂O", "123", true),
    ("Latin", "ﬁle ＦＵＬＬ １２３ H₂O", "h2o", true),
    (
        "Latin",
        "Donau\u{ad}dampf\u{ad}schiff",
        "donaudampfschiff",
        true,
    ),
    ("Latin", "Zero\u{200b}width", "zerowidth", true),
    ("Latin", "Cafe\u{301}", "caf\u{e9}", true),
    ("Latin", "cat", "cut", false),
    ("Greek", "φως", "ΦΩΣ", true),
    ("Greek", "Άνθρωπος", "ανθρωπος", true),
    ("Greek", "φως", "φας", false),
    ("Cyrillic", "Ёлка и съезд", "елка", true),
    ("Cyrillic", "ПРИВЕТ", "привет", true),
    ("Cyrillic", "привет", "привал", false),
    ("Hebrew", "שָׁלוֹם", "שלום", true),
    ("Hebrew", "שלום", "שָׁלוֹם", true),
    ("Hebrew", "שלום", "שלטן", false),
    ("Arabic", "السَّلَامُ عَلَيْكُمْ", "السلام", true),
    ("Arabic", "أحمد وإيمان", "احمد", true),
    ("Arabic", "مدرسة", "مدرسه", true),
    ("Arabic", "كتـــاب", "كتاب", true),
    ("Arabic", "كتاب", "كلبة", false),
    ("Persian", "می\u{200c}خواهم", "میخواهم", true),
    ("Persian", "کتاب", "كتاب", true),
    ("Devanagari", "काम की बात", "काम", true),
    ("Devanagari", "कम आय", "काम", false),
    ("Devanagari", "कुमार का घर", "काम", false),
    ("Devanagari", "क्षत्रिय", "क्षत्रिय", true),
    ("Bengali", "রাম", "রাম", true),
    ("Bengali", "রমা", "রাম", false),
    ("Tamil", "தமிழ் மொழி", "தமிழ்", true),
    ("Tamil", "கோ", "கொ", false),
    ("Telugu", "తెలుగు భాష", "భాష", true),
    ("Gujarati", "ગુજરાતી", "ગુજરાતી", true),
    ("Gurmukhi", "ਪੰਜਾਬੀ", "ਪੰਜਾਬੀ", true),
    ("Sinhala", "සිංහල", "සිංහල", true),
    ("Thai", "การเดินทางไปกรุงเทพ", "ไป", true),
    ("Thai", "การเดินทางไปกรุงเทพ", "กรุงเทพ", true),
    ("Thai", "กันแดด", "กิน", false),
    ("Lao", "ພາສາລາວ", "ລາວ", true),
    ("Khmer", "ភាសាខ្មែរ", "ខ្មែរ", true),
    ("Myanmar", "မြန်မာစာ", "စာ", true),
    ("Tibetan", "བོད་སྐད", "བོད", true),
    ("Georgian", "საქართველო", "საქართველო", true),
    ("Georgian", "ᲡᲐᲥᲐᲠᲗᲕᲔᲚᲝ", "საქართველო", true),
    ("Armenian", "Հայաստան", "ՀԱՅԱՍՏԱՆ", true),
    ("Armenian", "և", "եւ", true),
    ("Ethiopic", "አማርኛ", "አማርኛ", true),
    ("Han", "这是一段简单的测试文本", "简单", true),
    ("Han", "这是一段简单的测试文本", "段简", true),
    ("Han", "这是一段简单的测试文本", "本", true),
    ("Han", "这是一段简单的测试文本", "简的", false),
    ("Han", "简单。测试", "单测", false),
    ("Han", "Rust入門と実践", "rust入門", true),
    ("Japanese", "今日は東京へ行く", "東京", true),
    ("Japanese", "今日は東京へ行く", "行く", true),
    ("Japanese", "今日は東京へ行く", "京", true),
    ("Japanese", "今日は東京へ行く", "東行", false),
    ("Japanese", "ガラスの靴", "靴", true),
    ("Japanese", "カラスが鳴く", "ガラス", false),
    ("Japanese", "かき氷", "かぎ", false),
    ("Japanese", "かき氷", "が", false),
    ("Japanese", "ｶﾞﾗｽとｶﾗｽ", "ガラス", true),
    ("Japanese", "か\u{3099}らす", "がらす", true),
    ("Bopomofo", "ㄅㄆㄇㄈ", "ㄆㄇ", true),
    ("Hangul", "한국어학당에서", "학당", true),
    ("Hangul", "한국어학당에서", "한국", true),
    ("Hangul", "\u{1112}\u{1161}\u{11ab}\u{ae00}", "한글", true),
    ("Hangul", "한글", "하", false),
];

#[test]
fn every_script_is_searched_as_its_readers_write_it() {
    let mut wrong = Vec::new();
    for (script, text, typed, is_found) in QUERIES {
        for posts in [[post("a", text, "")], [post("a", "x", text)]] {
            if found(&posts, typed).is_empty() == is_found {
                wrong.push((script, text, typed));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:?}");
}

#[test]
fn matches_within_a_clause_are_marked_and_the_title_weighs_most() {
    let long = format!(
        "前書き。{}東京は東京だ。{}",
        "長い文章。".repeat(60),
        "終わり。".repeat(90)
    );
    let posts = [post("text", "別", &long), post("title", "東京の朝", "無")];
    assert_eq!(found(&posts, "東京"), ["title", "text"]);
    let matches = SearchIndex::new(&posts).find("東京");
    let highlights = matches.highlights(&posts[0]);
    let excerpt: Vec<char> = highlights[0].text.chars().collect();
    let marked: Vec<String> = highlights[0]
        .ranges
        .iter()
        .map(|&(start, end)| excerpt[start as usize..end as usize].iter().collect())
        .collect();
    assert_eq!(marked, ["東京", "東京"]);
    assert!(excerpt.len() <= EXCERPT_CHARS + 2);
    assert_eq!(found(&posts, "東京 朝"), ["title"]);
    assert_eq!(found(&posts, "東京は東京"), ["text"]);
    assert_eq!(found(&posts, "京東"), [""; 0]);
}
