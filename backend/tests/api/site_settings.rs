//! Values of `[site]` and `[[redirects]]` that can't be used.

use crate::site::Folder;

#[test]
fn what_does_not_fit_stops_the_start() {
    let cases: [(&str, &str); 23] = [
        (
            "[site]\ntitel = 'A'",
            "unknown key `titel`; `title` would fit",
        ),
        ("[site]\ntitle = ' '", "site.title in `"),
        ("[site]\ntitle = 'a\\u0007'", "site.title in `"),
        ("[site]\nlanguage = 'german'", "no language tag"),
        ("[site]\nlanguage = ''", "no language tag"),
        (
            "[site]\nlanguage = 'de_DE'",
            "no language tag; de-DE would fit",
        ),
        ("[site]\naccent = '00695c'", "no colour; #00695c would fit"),
        (
            "[site]\ntitle = 5",
            "it is integer `5`; a text in quotes would fit",
        ),
        (
            "[site]\nlogo = 5",
            "it is integer `5`; a text in quotes would fit",
        ),
        (
            "[site]\ntitle = 'A'\npublic-url = 'https://a.example'",
            "a place above the first table would fit",
        ),
        ("[site]\naccent = 'violet'", "no colour; #rrggbb"),
        ("[site]\naccent = '#ffffee'", "too pale"),
        ("[site]\nlogo = 'none.svg'", "site.logo in `"),
        ("[site]\nlogo = 'bad.svg'", "an SVG without script"),
        ("[site]\nicon = 'flashblog.toml'", "site.icon in `"),
        ("[site]\ncontact = 'no'", "site.contact in `"),
        ("[site]\ncontact = 'no'", "true or false would fit"),
        ("[site]\npages = 'none'", "site.pages in `"),
        (
            "[[site.links]]\nlabel = 'A'\nurl = 'javascript:x'",
            "no address",
        ),
        ("[[site.links]]\nlabel = 'A'", "url"),
        ("[[redirects]]\nfrom = 'x'\nto = '/'", "redirects in `"),
        (
            "[[redirects]]\nfrom = '/a'\nto = '/a'",
            "leads back to itself",
        ),
        (
            "[[redirects]]\nfrom = '/about'\nto = '/x'",
            "a page of this site",
        ),
    ];
    for (toml, part) in cases {
        let toml = if toml.contains(r"\u") {
            toml.replace('\'', "\"")
        } else {
            toml.to_owned()
        };
        let folder = Folder::new(&toml);
        folder.write("bad.svg", "<svg onload='x()'/>");
        let error = folder.config().expect_err(&toml);
        assert!(error.contains(part), "{toml}: {error}");
        assert!(error.contains("flashblog.toml`"), "{error}");
        assert_eq!(error.lines().count(), 1, "{error}");
    }
}
