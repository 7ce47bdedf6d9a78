//! FlashBlog in the browser.
