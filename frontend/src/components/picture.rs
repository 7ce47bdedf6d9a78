//! A picture from somewhere else.

use yew::prelude::*;

/// Which picture.
#[derive(Properties, PartialEq)]
pub struct PictureProps {
    /// Its address.
    pub src: AttrValue,
    /// The class of the element.
    pub class: &'static str,
    /// What stands in its place when it doesn't load.
    pub fallback: Html,
    /// Whether it is in sight when the page opens; others load when they come near.
    #[prop_or_default]
    pub is_first: bool,
}

/// A picture without words of its own: what it stands beside says more than is known about it.
#[component]
pub fn Picture(props: &PictureProps) -> Html {
    let broken = use_state_eq(|| None::<AttrValue>);
    if broken.as_ref() == Some(&props.src) {
        return props.fallback.clone();
    }
    let onerror = {
        let (src, broken) = (props.src.clone(), broken.setter());
        Callback::from(move |_: Event| broken.set(Some(src.clone())))
    };
    html! {
        <img
            class={props.class}
            src={props.src.clone()}
            {onerror}
            alt=""
            decoding="async"
            loading={if props.is_first { "eager" } else { "lazy" }}
            fetchpriority={props.is_first.then_some("high")}
        />
    }
}
