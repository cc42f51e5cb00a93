"""What one reading may take: every reader asks here, and what is larger is refused with a finding, not with a crash.

``docs/limits.md`` tells these limits, and how work and memory grow below them.
"""

MEGABYTE = 2**20

# Bytes of a file, or of the part of it that is read

TEXT_BYTES = 256 * MEGABYTE  # JSON, CSV, XML, headers of GGUF
TABLE_BYTES = 1024 * MEGABYTE  # JSON lines, Parquet
YAML_BYTES = 64 * MEGABYTE  # and workbooks, and lines in the state of a crawl
TOML_BYTES = 16 * MEGABYTE
PRINTED_BYTES = 8 * MEGABYTE  # Markdown, HTML, LaTeX, and configurations of PEFT
HEADER_BYTES = 32 * MEGABYTE  # headers of safetensors, footers of Parquet, answers of a Hub
RECIPE_BYTES = MEGABYTE  # recipes of mergekit
HEAD_BYTES = MEGABYTE  # of a model card, in which its front matter must end
WORKBOOK_UNPACKED = 512 * MEGABYTE
PARQUET_UNPACKED = 4096 * MEGABYTE

# Bytes or letters of one text

CELL = MEGABYTE  # a cell of CSV or of a workbook, a line of JSON lines
PARQUET_CELL = 16 * MEGABYTE
COLUMN_TEXT = 1024 * MEGABYTE  # all texts of a column of Parquet
PRINTED_CELL = 4000
GGUF_TEXT = 64 * 1024
DIGITS = 400

# Nesting

JSON_DEPTH = 100
DEPTH = 50  # YAML, XML
SCHEMA_DEPTH = 32  # columns of Parquet
ARRAY_DEPTH = 4  # GGUF
FOLDER_DEPTH = 8
EXTENSIONS = 50  # catalogues that extend each other

# How many there are

VALUES = 20_000_000  # values of JSON and YAML, cells of CSV
PARQUET_VALUES = 100_000_000
WORKBOOK_CELLS = 5_000_000
ROWS = 2_000_000  # records of CSV, rows of any table that are looked at one by one, merged cells of a sheet
LINES = 5_000_000
PARQUET_ROWS = 25_000_000
PRINTED_ROWS = 50_000
PRINTED_TABLES = 5000
COLUMNS = 2000
PRINTED_COLUMNS = 200
RECORDS = 1_000_000  # nodes and edges of a graph or bill, derivations of a tracker
TRACKED_MODELS = 100_000
ITEMS = 1000  # of a list in a cell, data sets of a file of weights
GGUF_KEYS = 10_000
GGUF_ITEMS = 5_000_000
EXPANDED = 10_000  # values that aliases of YAML stand for
DOCUMENTS = 200  # of a recipe

# Findings

FINDINGS = 500_000  # of a reader, but for those about values of models and derivations
PROBLEMS = 1000  # of a kind, or of a file as it is written
HEADER_PROBLEMS = 100
FAULTS = 50  # keys of a card that are left out for one each
