#!/bin/sh
# Holds what is shipped and shown to the JSON schemas that editors are given: models, weir.json, jobs, and the examples of the pages.
#
#   tests/schemas.sh BUILD
set -eu
cd "$(dirname "$0")/.."
python=
for candidate in /usr/bin/python3 python3; do
  ! "$candidate" -c 'import jsonschema' 2>/dev/null || { python=$candidate; break; }
done
[ -n "$python" ] || { echo "schemas: Python's jsonschema is not installed: not tried"; exit 77; }
exec "$python" - "$1/packaging/made/weir.schema.json" "$1/packaging/made/job.schema.json" <<'END'
import glob, json, re, sys
import jsonschema

def read(path):
    return json.load(open(path, encoding="utf-8"))

def checker(schema):
    kind = jsonschema.validators.validator_for(schema)
    kind.check_schema(schema)
    return kind(schema)

settings, models, jobs = checker(read(sys.argv[1])), checker(read("schema/model.schema.json")), checker(read(sys.argv[2]))

# Indented blocks of a page that are whole objects.
def examples(page, member):
    for block in re.findall(r"(?:^    .*\n)+", open(page, encoding="utf-8").read(), flags=re.M):
        try:
            value = json.loads(block)
        except ValueError:
            continue
        if isinstance(value, dict) and member in value:
            yield value

# Also those that are a member of an object, or several.
def parts(page):
    for block in re.findall(r"(?:^    .*\n)+", open(page, encoding="utf-8").read(), flags=re.M):
        try:
            yield json.loads(block if block.lstrip().startswith("{") else "{" + block + "}")
        except ValueError:
            continue

# Of docs/alerts.md: all of it, rules, and targets by their names.
def alerts():
    for value in parts("docs/alerts.md"):
        if "data" not in value:
            yield value if "notify" in value else {"notify": value if "rules" in value else {"targets": value}}

tried = [(settings, "weir.json", read("weir.json"))]
tried += [(settings, "docs/settings.md", value) for value in examples("docs/settings.md", "database")]
tried += [(settings, "docs/alerts.md", value) for value in alerts()]
tried += [(settings, "docs/page.md", value) for value in parts("docs/page.md") if "page" in value]
tried += [(settings, "docs/pull.md", value) for value in parts("docs/pull.md") if "connections" in value]
tried += [(jobs, "docs/pull.md", value) for value in parts("docs/pull.md") if {"from", "steps", "table"} & set(value)]
tried += [(models, path, read(path)) for path in glob.glob("models/*.json")]
tried += [(models, page, value) for page in ["README.md", "docs/models.md", "docs/history.md"] for value in examples(page, "table") if "kind" in value]
wrong = [f"{name}: {error.json_path}: {error.message}" for schema, name, value in tried for error in schema.iter_errors(value)]

# And it notices mistakes.
hook = {"type": "webhook", "url": "https://x.org"}
mail = {"type": "smtp", "host": "x.org", "from": "a@x.org", "to": ["b@x.org"]}
targets = [{}, {"type": "webhook"}, {"type": "web", "url": "https://x.org"}, {**hook, "url": "x.org"}, {**hook, "secret": "abc"}, {**hook, "from": "a@x.org"},
           {**mail, "to": "b@x.org"}, {**mail, "port": 0}, {**mail, "tls": "ssl"}, {**mail, "password": "abc"}, {"type": "command", "command": "x"}]
notify = [{"targets": {"ops": target}} for target in targets]
notify += [{"targets": {"my ops": hook}}, {"target": {}}, {"rules": [{}]}, {"rules": [{"on": ["refusd"]}]}, {"every": 60}, {"every": "forever"}]
page = [{"port": 1}, {"hosts": "x.org"}, {"network": "closed"}, {"tls": {"key": "a"}}]
for bad in [*({"notify": each} for each in notify), *({"page": each} for each in page), {"setle": 1}, {"workers": "2"}, {"workers": 0}, {"limits": {"row": 1}}, {"watch": "never"}]:
    if not list(settings.iter_errors(bad)):
        wrong.append(f"weir.schema.json takes {bad}")
source = {"connection": "app"}
for bad in [{"from": {}}, {"form": source}, {"from": source, "mode": "syncing"}, {"from": source, "key": []}, {"from": source, "every": "soon"}, {"from": source, "verify": "all"},
            {"from": source, "columns": {"a": {"mask": "sha"}}}, {"from": source, "batch": {"row": 1}}, {"from": source, "where": {"a": {}}}, {"table": "t", "deliver": [{}]}]:
    if not list(jobs.iter_errors(bad)):
        wrong.append(f"job.schema.json takes {bad}")
print(f"schemas: {len(tried)} tried")
sys.exit("\n".join(wrong) if wrong or len(tried) < 13 else 0)
END
