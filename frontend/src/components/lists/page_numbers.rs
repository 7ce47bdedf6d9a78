//! The page numbers of a pagination.

/// One item of a pagination.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PageItem {
    /// A page, by its number.
    Page(u32),
    /// Omitted pages.
    Ellipsis,
}

/// The first page, the last, and those around `current`, which is clamped to the range. An ellipsis
/// replaces at least two pages, since one number is as short as an ellipsis.
pub fn page_items(current: u32, total: u32) -> Vec<PageItem> {
    let total = total.max(1);
    let current = current.clamp(1, total);
    let mut shown = vec![
        1,
        current.max(2) - 1,
        current,
        current.min(total - 1) + 1,
        total,
    ];
    shown.sort_unstable();
    shown.dedup();

    let mut items = Vec::new();
    let mut last = 0;
    for page in shown {
        match page - last {
            1 => {}
            2 => items.push(PageItem::Page(page - 1)),
            _ => items.push(PageItem::Ellipsis),
        }
        items.push(PageItem::Page(page));
        last = page;
    }
    items
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(current: u32, total: u32) -> String {
        let items: Vec<String> = page_items(current, total)
            .iter()
            .map(|item| match item {
                PageItem::Page(page) => page.to_string(),
                PageItem::Ellipsis => "…".to_owned(),
            })
            .collect();
        items.join(" ")
    }

    #[test]
    fn a_short_list_shows_every_page() {
        assert_eq!(shown(1, 1), "1");
        assert_eq!(shown(2, 3), "1 2 3");
        assert_eq!(shown(3, 5), "1 2 3 4 5");
    }

    #[test]
    fn a_long_list_shows_the_ends_and_the_neighbours() {
        assert_eq!(shown(1, 10), "1 2 … 10");
        assert_eq!(shown(5, 10), "1 … 4 5 6 … 10");
        assert_eq!(shown(10, 10), "1 … 9 10");
    }

    #[test]
    fn no_ellipsis_stands_for_a_single_page() {
        assert_eq!(shown(4, 10), "1 2 3 4 5 … 10");
        assert_eq!(shown(7, 10), "1 … 6 7 8 9 10");
    }

    #[test]
    fn numbers_out_of_range_are_clamped() {
        assert_eq!(shown(0, 0), "1");
        assert_eq!(shown(99, 3), "1 2 3");
    }

    #[test]
    fn a_thousand_pages_need_at_most_seven_items() {
        assert!((1..=1000).all(|page| page_items(page, 1000).len() <= 7));
    }
}
