//! Runs the cookbook's commands in order, as a reader who pastes them into a shell.

use std::path::Path;
use std::process::{Command, Stdio};

use crate::harness::skipped;
use crate::process::{Server, flashblog};

/// Commands, and the lines that their output must contain in this order.
struct Recipe {
    commands: String,
    expected: Vec<String>,
}

fn recipes(page: &str) -> Vec<Recipe> {
    let mut recipes = Vec::new();
    for part in page.split("```sh\n").skip(1) {
        let (commands, rest) = part.split_once("```").expect("the end of the commands");
        let (between, answer) = rest.split_once("```text\n").expect("what is expected");
        assert!(between.trim().is_empty(), "{between}");
        let (expected, _) = answer.split_once("\n```").expect("the end of the answer");
        recipes.push(Recipe {
            commands: commands.to_owned(),
            expected: expected.lines().map(str::to_owned).collect(),
        });
    }
    recipes
}

fn run(script: &str, folder: &Path, server: &Server) -> String {
    let output = Command::new("sh")
        .args(["-euc", script])
        .current_dir(folder)
        .env("BASE", format!("http://{}", server.address()))
        .env("METRICS", server.metrics_address())
        .env_remove("http_proxy")
        .stdin(Stdio::null())
        .output()
        .expect("sh runs");
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{errors}");
    String::from_utf8(output.stdout).expect("text")
}

#[test]
fn the_cookbook_says_what_happens() {
    let curl = Command::new("curl").arg("--version").output();
    if !curl.is_ok_and(|output| output.status.success()) {
        skipped("docs/api-cookbook.md: there is no curl");
        return;
    }
    const END: &str = "===== end of the recipe =====";
    let page = include_str!("../../../docs/api-cookbook.md");
    let recipes = recipes(page);
    assert!(recipes.len() > 15);
    let folder = tempfile::tempdir().expect("temporary folder");
    let server = Server::start(
        flashblog(&folder.path().join("data")).args(["--metrics-listen", "127.0.0.1:0"]),
    );
    let script: String = recipes
        .iter()
        .map(|recipe| format!("{}\necho '{END}'\n", recipe.commands))
        .collect();
    let output = run(&script, folder.path(), &server);
    let answers: Vec<&str> = output.split(END).collect();
    assert_eq!(answers.len(), recipes.len() + 1);
    for (recipe, answer) in recipes.iter().zip(answers) {
        let mut rest = answer;
        for expected in &recipe.expected {
            let at = rest.find(expected.as_str()).unwrap_or_else(|| {
                panic!(
                    "{}\ndoes not answer with {expected}\nbut with {answer}",
                    recipe.commands
                )
            });
            rest = &rest[at + expected.len()..];
        }
    }
}
