//! The description as one page of plain HTML: no script, and no style but its own file's.

use std::fmt::Write;

use serde_json::{Map, Value};

/// The site's mark, as its pages show it.
const MARK: &str = "<svg viewBox=\"0 0 32 32\" aria-hidden=\"true\" focusable=\"false\">\
    <rect x=\"2\" y=\"2\" width=\"28\" height=\"28\" rx=\"8\"/>\
    <path d=\"M18.5 5L8 18h6.5L12.5 27 24 13.5h-7z\"/></svg>";

/// The page. It shows only what is in the document, and a link back to the site.
pub(super) fn page(document: &Value) -> String {
    let title = text(&document["info"]["title"]);
    let version = text(&document["info"]["version"]);
    let mut body = String::new();
    for tag in list(&document["tags"]) {
        let name = tag["name"].as_str().unwrap_or_default();
        let description = prose(&tag["description"]);
        let operations = operations(document, name);
        push(
            &mut body,
            format_args!("<h2>{}</h2>\n{description}{operations}", escape(name)),
        );
    }
    let schemas: String = entries(&document["components"]["schemas"])
        .map(|(name, schema)| {
            let (id, fields) = (escape(name), fields(document, schema));
            let description = prose(&schema["description"]);
            format!(
                "<section id=\"schema-{id}\">\n<h3>{id}</h3>\n{description}{fields}</section>\n"
            )
        })
        .collect();
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n\
         <title>{title}: the API</title>\n\
         <link rel=\"stylesheet\" href=\"/api/docs/docs.css\">\n</head>\n<body>\n\
         <header>\n<p class=\"home\"><a href=\"/\"><span aria-hidden=\"true\">←</span> {MARK} {title}</a></p>\n\
         <h1>{title}: the API</h1>\n\
         <p>Version {version}, as <a href=\"/api/v1/openapi.json\">OpenAPI document</a>.</p>\n{}</header>\n\
         <nav aria-label=\"Operations\">\n<ul>\n{}</ul>\n</nav>\n\
         <main>\n{body}<h2>Schemas</h2>\n{schemas}</main>\n</body>\n</html>\n",
        prose(&document["info"]["description"]),
        contents(document),
    )
}

fn contents(document: &Value) -> String {
    each_operation(document)
        .map(|(path, method, operation)| {
            format!(
                "<li><a href=\"#{}\">{} <code>{}</code></a></li>\n",
                text(&operation["operationId"]),
                method.to_ascii_uppercase(),
                escape(path)
            )
        })
        .collect()
}

fn operations(document: &Value, tag: &str) -> String {
    each_operation(document)
        .filter(|(_, _, operation)| operation["tags"][0] == tag)
        .map(|(path, method, operation)| {
            format!(
                "<section id=\"{}\">\n<h3>{} <code>{}</code></h3>\n{}{}{}{}<h4>Answers</h4>\n{}</section>\n",
                text(&operation["operationId"]),
                method.to_ascii_uppercase(),
                escape(path),
                prose(&operation["summary"]),
                prose(&operation["description"]),
                parameters(operation),
                request_body(&operation["requestBody"]),
                responses(document, &operation["responses"]),
            )
        })
        .collect()
}

fn parameters(operation: &Value) -> String {
    let rows: String = list(&operation["parameters"])
        .map(|parameter| {
            let schema = &parameter["schema"];
            let described = [parameter, schema].map(|value| inline(&value["description"]));
            format!(
                "<tr><td><code>{}</code></td><td>{}, {}</td><td>{}</td></tr>\n",
                text(&parameter["name"]),
                text(&parameter["in"]),
                type_of(schema),
                described.join("")
            )
        })
        .collect();
    if rows.is_empty() {
        return rows;
    }
    format!(
        "<h4>Parameters</h4>\n<table>\n<thead><tr><th scope=\"col\">Name</th><th scope=\"col\">Where, type</th>\
         <th scope=\"col\">Meaning</th></tr></thead>\n<tbody>\n{rows}</tbody>\n</table>\n"
    )
}

fn request_body(body: &Value) -> String {
    if body.is_null() {
        return String::new();
    }
    format!(
        "<h4>Body</h4>\n{}{}",
        prose(&body["description"]),
        content(&body["content"])
    )
}

fn responses(document: &Value, responses: &Value) -> String {
    entries(responses)
        .map(|(status, response)| {
            let response = resolve(document, response);
            let headers: Vec<String> = entries(&response["headers"])
                .map(|(name, _)| format!("<code>{}</code>", escape(name)))
                .collect();
            format!(
                "<details>\n<summary><b>{}</b> {}</summary>\n<p>Headers: {}</p>\n{}</details>\n",
                escape(status),
                inline(&response["description"]),
                headers.join(", "),
                content(&response["content"])
            )
        })
        .collect()
}

fn content(content: &Value) -> String {
    let mut html = String::new();
    for (media_type, content) in entries(content) {
        let kind = type_of(&content["schema"]);
        push(
            &mut html,
            format_args!("<p><code>{}</code>: {kind}</p>\n", escape(media_type)),
        );
        let example = match &content["example"] {
            Value::Null => continue,
            Value::String(words) => words.clone(),
            // Writing a value that was read as JSON can't fail.
            example => serde_json::to_string_pretty(example).unwrap_or_default(),
        };
        push(
            &mut html,
            format_args!("<pre><code>{}</code></pre>\n", escape(&example)),
        );
    }
    html
}

fn fields(document: &Value, schema: &Value) -> String {
    let mut rows = String::new();
    add_field_rows(document, schema, &mut rows);
    if rows.is_empty() {
        return format!("<p>{}</p>\n", type_of(schema));
    }
    format!(
        "<table>\n<thead><tr><th scope=\"col\">Field</th><th scope=\"col\">Type</th>\
         <th scope=\"col\">Meaning</th></tr></thead>\n<tbody>\n{rows}</tbody>\n</table>\n"
    )
}

fn add_field_rows(document: &Value, schema: &Value, rows: &mut String) {
    for part in list(&schema["allOf"]) {
        add_field_rows(document, resolve(document, part), rows);
    }
    for (name, field) in entries(&schema["properties"]) {
        let required = list(&schema["required"]).any(|required| required == name);
        push(
            rows,
            format_args!(
                "<tr><td><code>{}</code></td><td>{}{}</td><td>{}</td></tr>\n",
                escape(name),
                type_of(field),
                if required { "" } else { ", optional" },
                inline(&field["description"])
            ),
        );
    }
}

/// A schema in a few words.
fn type_of(schema: &Value) -> String {
    if let Some(name) = schema["$ref"]
        .as_str()
        .and_then(|path| path.rsplit('/').next())
    {
        let name = escape(name);
        return format!("<a href=\"#schema-{name}\">{name}</a>");
    }
    if let [only] = list(&schema["oneOf"]).collect::<Vec<_>>().as_slice() {
        return type_of(only);
    }
    let words: Vec<&str> = list(&schema["enum"]).filter_map(Value::as_str).collect();
    if !words.is_empty() {
        return escape(&words.join(", "));
    }
    match &schema["type"] {
        Value::String(name) if name == "array" => format!("list of {}", type_of(&schema["items"])),
        Value::String(name) if schema["additionalProperties"].is_object() => {
            format!(
                "{} of {}",
                escape(name),
                type_of(&schema["additionalProperties"])
            )
        }
        Value::String(name) => escape(name),
        Value::Array(names) => {
            let names: Vec<&str> = names.iter().filter_map(Value::as_str).collect();
            escape(&names.join(" or "))
        }
        _ => "anything".to_owned(),
    }
}

fn resolve<'a>(document: &'a Value, value: &'a Value) -> &'a Value {
    value["$ref"]
        .as_str()
        .and_then(|path| document.pointer(path.strip_prefix('#')?))
        .unwrap_or(value)
}

fn each_operation(document: &Value) -> impl Iterator<Item = (&str, &str, &Value)> {
    entries(&document["paths"]).flat_map(|(path, item)| {
        entries(item).map(move |(method, operation)| (path.as_str(), method.as_str(), operation))
    })
}

fn entries(value: &Value) -> impl Iterator<Item = (&String, &Value)> {
    value.as_object().into_iter().flat_map(Map::iter)
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

/// Text as paragraphs, with words in backticks as code.
fn prose(value: &Value) -> String {
    let words = value.as_str().unwrap_or_default();
    words
        .split("\n\n")
        .filter(|paragraph| !paragraph.is_empty())
        .map(|paragraph| format!("<p>{}</p>\n", with_code(paragraph)))
        .collect()
}

fn inline(value: &Value) -> String {
    with_code(value.as_str().unwrap_or_default())
}

fn with_code(words: &str) -> String {
    let mut html = String::new();
    for (index, part) in words.split('`').enumerate() {
        let part = escape(part);
        if index % 2 == 1 {
            push(&mut html, format_args!("<code>{part}</code>"));
        } else {
            html.push_str(&part);
        }
    }
    html
}

fn text(value: &Value) -> String {
    escape(value.as_str().unwrap_or_default())
}

fn escape(words: &str) -> String {
    let mut html = String::with_capacity(words.len());
    for character in words.chars() {
        match character {
            '&' => html.push_str("&amp;"),
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            '"' => html.push_str("&quot;"),
            _ => html.push(character),
        }
    }
    html
}

fn push(html: &mut String, more: std::fmt::Arguments<'_>) {
    // Writing to a String can't fail.
    let _ = html.write_fmt(more);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_stay_words() {
        let words = Value::from("a `<b>` & \"c\"\n\nd");
        assert_eq!(
            prose(&words),
            "<p>a <code>&lt;b&gt;</code> &amp; &quot;c&quot;</p>\n<p>d</p>\n"
        );
    }
}
