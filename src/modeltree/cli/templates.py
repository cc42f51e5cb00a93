"""Files to start one's own data from; both hold the same lineage."""

from __future__ import annotations

_CSV = """\
id,name,released,organizations,license,sizes,openness,parents,relation
my-base,My Base,2024-03-01,my-lab,MIT,7B; 13B,open,,
my-chat,My Chat,2024-05-20,my-lab,MIT,7B,open,my-base,finetune
my-merge,My Merge,2024-06,my-lab,MIT,7B,open,my-base; my-chat,merge
"""

_YAML = """\
# One entry for each model; its parents stand under it. Only "id" and "name" are needed.
# modeltree check FILE says what is wrong, modeltree schema gives editors the JSON Schema.
# extends: survey      # for parents in a data set that ships, or in another catalogue by its path
models:
  - id: my-base
    name: My Base
    released: 2024-03-01  # or a year, or a month: 2024-03
    organizations: [my-lab]
    license: {name: MIT, spdx: MIT}
    sizes: [7B, 13B]
    openness: open
  - id: my-chat
    name: My Chat
    released: 2024-05-20
    organizations: [my-lab]
    license: {name: MIT, spdx: MIT}
    sizes: [7B]
    openness: open
    derived_from:
      - parent: my-base
        relation: finetune
  - id: my-merge
    name: My Merge
    released: 2024-06
    organizations: [my-lab]
    license: {name: MIT, spdx: MIT}
    sizes: [7B]
    openness: open
    derived_from:
      - parent: my-base
        relation: merge
      - parent: my-chat
        relation: merge
"""

TEMPLATES = {".csv": _CSV, ".yaml": _YAML, ".yml": _YAML}
"""What stands in a new file, by its ending."""
