use super::*;
use shared::flash::Category;

fn flash(id: &str, message: &str) -> Flash {
    Flash {
        id: id.to_owned(),
        category: Category::Info,
        message: message.to_owned(),
    }
}

fn queue(actions: impl IntoIterator<Item = ToastAction>) -> Rc<ToastQueue> {
    actions
        .into_iter()
        .fold(Rc::default(), |queue: Rc<ToastQueue>, action| {
            queue.reduce(action)
        })
}

fn receive(ids: &[&str]) -> ToastAction {
    received(ids.iter().map(|id| flash(id, id)).collect())
}

fn received(flashes: Vec<Flash>) -> ToastAction {
    ToastAction::Receive {
        flashes,
        at_ms: 1_000.0,
    }
}

fn ids(queue: &ToastQueue) -> Vec<&str> {
    queue
        .on_screen()
        .iter()
        .map(|toast| toast.flash.id.as_str())
        .collect()
}

#[test]
fn flashes_are_shown_in_the_order_they_came() {
    let queue = queue([receive(&["a", "b"]), receive(&["c"])]);
    assert_eq!(ids(&queue), ["a", "b", "c"]);
    assert!(
        queue
            .on_screen()
            .iter()
            .all(|toast| toast.phase == Phase::Shown)
    );
}

#[test]
fn an_id_is_shown_once_even_after_it_has_gone() {
    let shown = queue([receive(&["a", "a"]), receive(&["a"])]);
    assert_eq!(ids(&shown), ["a"]);
    assert_eq!(shown.on_screen()[0].times, 1);
    let gone = queue([
        receive(&["a"]),
        ToastAction::Remove("a".into()),
        receive(&["a"]),
    ]);
    assert!(gone.on_screen().is_empty());
}

#[test]
fn a_flash_fades_before_it_goes() {
    let leaving = queue([receive(&["a", "b"]), ToastAction::Leave("a".into())]);
    assert_eq!(leaving.on_screen()[0].phase, Phase::Leaving);
    assert_eq!(leaving.on_screen()[1].phase, Phase::Shown);
    let gone = leaving.reduce(ToastAction::Remove("a".into()));
    assert_eq!(ids(&gone), ["b"]);
}

#[test]
fn more_than_four_wait_for_their_turn() {
    let full = queue([receive(&["a", "b", "c", "d", "e", "f"])]);
    assert_eq!(ids(&full), ["a", "b", "c", "d"]);
    let next = full.reduce(ToastAction::Remove("b".into()));
    assert_eq!(ids(&next), ["a", "c", "d", "e"]);
}

#[test]
fn equal_flashes_are_counted_instead_of_stacked() {
    let repeated = queue([
        received(vec![flash("1", "Saved."), flash("2", "Saved.")]),
        received(vec![flash("3", "Saved."), flash("4", "Other.")]),
    ]);
    assert_eq!(ids(&repeated), ["1", "4"]);
    assert_eq!(repeated.on_screen()[0].times, 3);
    let after_leaving = repeated
        .reduce(ToastAction::Leave("1".into()))
        .reduce(received(vec![flash("5", "Saved.")]));
    assert_eq!(ids(&after_leaving), ["1", "4", "5"], "a fading one is past");
}

#[test]
fn what_changes_nothing_renders_nothing() {
    let before = queue([receive(&["a"])]);
    let after = Rc::clone(&before).reduce(receive(&["a"]));
    assert!(Rc::ptr_eq(&before, &after));
    let after = Rc::clone(&before).reduce(ToastAction::Leave("unknown".into()));
    assert!(Rc::ptr_eq(&before, &after));
}

#[test]
fn every_flash_can_be_read_again() {
    let queue = queue([
        receive(&["a"]),
        ToastAction::Remove("a".into()),
        received(vec![flash("1", "Saved."), flash("2", "Saved.")]),
        ToastAction::Receive {
            flashes: vec![flash("3", "Saved.")],
            at_ms: 2_000.0,
        },
        receive(&["b"]),
        received(vec![flash("4", "Saved.")]),
    ]);
    let read: Vec<_> = queue
        .history()
        .iter()
        .map(|entry| (entry.flash.message.as_str(), entry.times, entry.at_ms))
        .collect();
    assert_eq!(
        read,
        [
            ("a", 1, 1_000.0),
            ("Saved.", 3, 2_000.0),
            ("b", 1, 1_000.0),
            ("Saved.", 1, 1_000.0),
        ]
    );
}

#[test]
fn what_came_since_the_history_was_read_is_unread() {
    let unread = |queue: &ToastQueue| -> Vec<u32> {
        queue.history().iter().map(|entry| entry.unread).collect()
    };
    let twice = vec![flash("1", "Saved."), flash("2", "Saved.")];
    let before = queue([receive(&["a"]), received(twice)]);
    assert_eq!(unread(&before), [1, 2]);
    let read = before.reduce(ToastAction::MarkRead);
    assert_eq!(unread(&read), [0, 0]);
    assert!(Rc::ptr_eq(
        &read,
        &Rc::clone(&read).reduce(ToastAction::MarkRead)
    ));
    let again = read.reduce(received(vec![flash("3", "Saved.")]));
    assert_eq!(unread(&again), [0, 1]);
    assert_eq!(again.history()[1].times, 3);
    let reloaded = queue([ToastAction::Recall(again.history().to_vec())]);
    assert_eq!(unread(&reloaded), [0, 1]);
}

#[test]
fn the_history_ends_somewhere() {
    let ids: Vec<_> = (0..MAX_HISTORY + 5).map(|id| id.to_string()).collect();
    let ids: Vec<_> = ids.iter().map(String::as_str).collect();
    let queue = queue([receive(&ids)]);
    assert_eq!(queue.history().len(), MAX_HISTORY);
    assert_eq!(queue.history()[0].flash.id, "5");
}

#[test]
fn a_reload_remembers_what_was_shown() {
    let before = queue([receive(&["a", "b"])]);
    let after = queue([ToastAction::Recall(before.history().to_vec())]);
    assert!(after.on_screen().is_empty());
    let after = after.reduce(receive(&["b", "c"]));
    assert_eq!(ids(&after), ["c"]);
    assert_eq!(after.history().len(), 3);
}

#[test]
fn flashes_of_the_first_page_are_shown_and_counted() {
    let queue = ToastQueue::with_flashes(vec![flash("a", "A"), flash("b", "B")], 5.0);
    assert_eq!(ids(&queue), ["a", "b"]);
    assert_eq!(queue.history().len(), 2);
}

#[test]
fn a_page_that_the_browser_kept_shows_no_flash_again() {
    let first = vec![flash("a", "A"), flash("b", "B")];
    let before = ToastQueue::with_flashes(first.clone(), 5.0);
    let kept = ToastQueue::with_flashes(first, 9.0);
    let recalled = Rc::new(kept).reduce(ToastAction::Recall(before.history().to_vec()));
    assert!(ids(&recalled).is_empty());
    assert_eq!(recalled.history(), before.history());
}

#[test]
fn a_flash_of_a_new_page_counts_on_from_the_history() {
    let before = ToastQueue::with_flashes(vec![flash("a", "A")], 5.0);
    let new = ToastQueue::with_flashes(vec![flash("b", "A")], 9.0);
    let recalled = Rc::new(new).reduce(ToastAction::Recall(before.history().to_vec()));
    assert_eq!(ids(&recalled), ["b"]);
    let [entry] = recalled.history().as_slice() else {
        panic!("one entry");
    };
    assert_eq!((entry.times, entry.flash.id.as_str()), (2, "b"));
}
