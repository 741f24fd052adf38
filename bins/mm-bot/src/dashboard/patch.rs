//! What changed between two documents, as a JSON merge patch (RFC 7386).

use serde_json::{Map, Value};

/// The patch that makes `new` of `old`; none if they are equal. No object in either may hold a
/// `null` that means something other than nothing.
pub(crate) fn between(old: &Value, new: &Value) -> Option<Value> {
    match (old, new) {
        (Value::Object(old), Value::Object(new)) => objects(old, new),
        (old, new) => (old != new).then(|| new.clone()),
    }
}

fn objects(old: &Map<String, Value>, new: &Map<String, Value>) -> Option<Value> {
    let mut patch = Map::new();
    for (key, value) in new {
        match old.get(key) {
            Some(before) => {
                if let Some(change) = between(before, value) {
                    patch.insert(key.clone(), change);
                }
            }
            None if value.is_null() => {}
            None => {
                patch.insert(key.clone(), value.clone());
            }
        }
    }
    for key in old.keys().filter(|key| !new.contains_key(*key)) {
        patch.insert(key.clone(), Value::Null);
    }
    (!patch.is_empty()).then_some(Value::Object(patch))
}

/// Without the members that are `null`, in objects at any depth: what is not there is not known.
pub(crate) fn without_nulls(value: &mut Value) {
    if let Value::Object(members) = value {
        members.retain(|_, member| !member.is_null());
        members.values_mut().for_each(without_nulls);
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// The algorithm of the RFC, section 2.
    fn apply(target: &mut Value, patch: &Value) {
        let Value::Object(patch) = patch else {
            *target = patch.clone();
            return;
        };
        if !target.is_object() {
            *target = json!({});
        }
        let members = target.as_object_mut().unwrap();
        for (key, value) in patch {
            if value.is_null() {
                members.remove(key);
            } else {
                apply(members.entry(key.clone()).or_insert(Value::Null), value);
            }
        }
    }

    #[test]
    fn a_patch_makes_the_new_document_of_the_old_one_and_says_nothing_else() {
        let documents = [
            json!({}),
            json!({"a": 1, "b": {"c": [1, 2], "d": "x"}}),
            json!({"a": 1, "b": {"c": [1], "d": "x"}}),
            json!({"b": {"d": "y", "e": {}}}),
            json!({"a": {"b": 1}, "b": "x"}),
            json!({"log": {"1": {"text": "a"}, "2": {"text": "b"}}}),
            json!({"log": {"2": {"text": "b"}, "3": {"text": "c"}}}),
        ];
        for old in &documents {
            for new in &documents {
                let Some(patch) = between(old, new) else {
                    assert_eq!(old, new);
                    continue;
                };
                let mut made = old.clone();
                apply(&mut made, &patch);
                assert_eq!(&made, new, "{old} {patch}");
            }
        }
        let patch = between(&documents[5], &documents[6]).unwrap();
        assert_eq!(patch, json!({"log": {"1": null, "3": {"text": "c"}}}));
    }

    #[test]
    fn what_is_not_known_is_not_there_except_in_lists() {
        let mut value = json!({"a": null, "b": {"c": null, "d": [null, {"e": null}]}});
        without_nulls(&mut value);
        assert_eq!(value, json!({"b": {"d": [null, {"e": null}]}}));
    }
}
