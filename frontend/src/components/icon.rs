//! Line icons, drawn for this site on a grid of 24.

use yew::prelude::*;

/// The shape of an icon.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// Three lines.
    Menu,
    /// A cross.
    Close,
    /// A magnifying glass.
    Search,
    /// Light theme.
    Sun,
    /// Dark theme.
    Moon,
    /// The system's theme.
    Screen,
    /// Back.
    ArrowLeft,
    /// Forward.
    ArrowRight,
    /// Up.
    ArrowUp,
    /// Try again.
    Retry,
    /// The start page.
    House,
    /// Time.
    Clock,
    /// No connection.
    Unplugged,
    /// Flashes.
    Bell,
    /// Success.
    Check,
    /// Information.
    Info,
    /// Warning.
    Warning,
    /// Error.
    Error,
    /// Share.
    Share,
    /// Link.
    Link,
}

impl Shape {
    fn path(self) -> &'static str {
        match self {
            Self::Menu => "M4 7h16M4 12h16M4 17h16",
            Self::Close => "M6 6l12 12M18 6L6 18",
            Self::Search => "M10.5 4a6.5 6.5 0 1 1 0 13 6.5 6.5 0 0 1 0-13zM15.5 15.5L20 20",
            Self::Sun => {
                "M12 8a4 4 0 1 1 0 8 4 4 0 0 1 0-8zM12 2v2.5M12 19.5V22M2 12h2.5M19.5 12H22\
                 M4.9 4.9l1.8 1.8M17.3 17.3l1.8 1.8M4.9 19.1l1.8-1.8M17.3 6.7l1.8-1.8"
            }
            Self::Moon => "M20 14.5A8.5 8.5 0 0 1 9.5 4a8.5 8.5 0 1 0 10.5 10.5z",
            Self::Screen => "M4 5h16v11H4zM9 20h6M12 16v4",
            Self::ArrowLeft => "M20 12H4M10 6l-6 6 6 6",
            Self::ArrowRight => "M4 12h16M14 6l6 6-6 6",
            Self::ArrowUp => "M12 20V4M6 10l6-6 6 6",
            Self::Retry => "M20 12a8 8 0 1 1-2.5-5.8M20 3v4.5h-4.5",
            Self::House => "M3.5 11.5L12 4l8.5 7.5M6 10v10h12V10M10 20v-6h4v6",
            Self::Clock => "M12 3a9 9 0 1 1 0 18 9 9 0 0 1 0-18zM12 7.5V12l3 2",
            Self::Unplugged => {
                "M2 9a15 15 0 0 1 5.5-3.4M12 4.5A15 15 0 0 1 22 9M5.5 12.8a10 10 0 0 1 5-2.7\
                 M15.5 10.7a10 10 0 0 1 3 2.1M9 16.5a5 5 0 0 1 6 0M12 20v.1M3 3l18 18"
            }
            Self::Bell => "M6 17V11a6 6 0 0 1 12 0v6l1.5 1.5h-15zM10 21h4",
            Self::Check => "M12 3a9 9 0 1 1 0 18 9 9 0 0 1 0-18zM8 12.5l2.8 2.8L16 9.5",
            Self::Info => "M12 3a9 9 0 1 1 0 18 9 9 0 0 1 0-18zM12 11v5.5M12 7.5v.1",
            Self::Warning => "M12 3.5L22 20.5H2zM12 10v4.5M12 17.3v.1",
            Self::Error => "M12 3a9 9 0 1 1 0 18 9 9 0 0 1 0-18zM9 9l6 6M15 9l-6 6",
            Self::Share => "M12 15V3.5M7.5 8L12 3.5 16.5 8M5 12v8h14v-8",
            Self::Link => {
                "M10 14a4.5 4.5 0 0 0 6.4 0l3-3A4.5 4.5 0 0 0 13 4.6l-1.2 1.2\
                 M14 10a4.5 4.5 0 0 0-6.4 0l-3 3a4.5 4.5 0 0 0 6.4 6.4l1.2-1.2"
            }
        }
    }
}

/// An icon without text of the same meaning beside it. Screen readers read `label`.
pub fn labelled_icon(shape: Shape, label: &'static str) -> Html {
    html! {
        <svg class="icon" viewBox="0 0 24 24" role="img" aria-label={label} focusable="false">
            <path d={shape.path()} />
        </svg>
    }
}

/// An icon beside text of the same meaning. Screen readers skip it.
pub fn icon(shape: Shape) -> Html {
    html! {
        <svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
            <path d={shape.path()} />
        </svg>
    }
}
