//! A picture with a fallback.

use web_sys::HtmlImageElement;
use yew::prelude::*;

/// A picture and its fallback.
#[derive(Properties, PartialEq)]
pub struct PictureProps {
    /// The address.
    pub src: AttrValue,
    /// The picture in other widths, as a value of HTML's `srcset`.
    #[prop_or_default]
    pub srcset: Option<AttrValue>,
    /// The width on the page, as a value of HTML's `sizes`.
    #[prop_or_default]
    pub sizes: &'static str,
    /// The class of the element.
    pub class: &'static str,
    /// The replacement for a picture that fails to load.
    pub fallback: Html,
    /// Whether it is visible when the page opens. Other pictures load when the reader scrolls near.
    #[prop_or_default]
    pub is_first: bool,
}

/// A decorative picture: its `alt` is empty, because the text beside it names its subject.
#[component]
pub fn Picture(props: &PictureProps) -> Html {
    let broken = use_state_eq(|| None::<AttrValue>);
    let image = use_node_ref();
    {
        // A picture of a rendered page may fail before the app starts and listens for `error`.
        let (image, broken) = (image.clone(), broken.setter());
        use_effect_with(props.src.clone(), move |src| {
            if image.cast().is_some_and(|image| has_failed(&image)) {
                broken.set(Some(src.clone()));
            }
        });
    }
    if broken.as_ref() == Some(&props.src) {
        return props.fallback.clone();
    }
    let onerror = {
        let (src, broken) = (props.src.clone(), broken.setter());
        Callback::from(move |_: Event| broken.set(Some(src.clone())))
    };
    html! {
        <img
            ref={image}
            class={props.class}
            srcset={props.srcset.clone()}
            sizes={props.srcset.is_some().then_some(props.sizes)}
            src={props.src.clone()}
            {onerror}
            alt=""
            decoding="async"
            loading={if props.is_first { "eager" } else { "lazy" }}
            fetchpriority={props.is_first.then_some("high")}
        />
    }
}

/// Whether the browser tried to load the picture and failed.
pub(super) fn has_failed(image: &HtmlImageElement) -> bool {
    image.complete() && image.natural_width() == 0
}
