//! The names of attributes and elements with which a rendered page passes data to the app. The server
//! writes them, and the app reads them.

/// A digest of the sources that this crate was built from.
pub const BUILD_ID: &str = env!("FLASHBLOG_BUILD_ID");
/// Attribute of the app's element: the [`BUILD_ID`] of the server that rendered the page. The app
/// removes it when it has started.
pub const RENDERED: &str = "data-rendered";
/// Attribute of the app's element: the day from which the page counts ages, in days since 1970.
pub const TODAY: &str = "data-today";
/// Attribute of the app's element: flashes wait that the page does not deliver, because it was requested
/// as a prefetch.
pub const WAITING: &str = "data-waiting";
/// The id of the `<script>` with the page's flashes as JSON.
pub const FLASHES_ID: &str = "flashes";
/// Attribute of a `<script>` with an envelope: the path of the request that it answers.
pub const PATH: &str = "data-path";
