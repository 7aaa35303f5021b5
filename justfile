# What CI runs.
check:
    .ci/run

# Write the snapshots anew; look at what `git diff` shows.
snapshots:
    INSTA_UPDATE=always cargo test --test integration

# Write the generated fixtures and their expected numbers anew.
fixtures:
    python3 tests/oracle/generate.py fixtures

# Compare numbers on generated dumps with an independent engine: `just differential 2400 1000` makes
# that many, from that seed on.
differential dumps='240' seed='1':
    cargo build --release
    python3 tests/oracle/differential.py --binary target/release/batch-report --dumps {{dumps}} --seed {{seed}}

# A binary to hand out.
dist:
    cargo build --profile dist --locked

# Measure the program and its peers (`just bench --quick`, `just bench --help`).
bench *options:
    python3 -m venv target/bench-venv
    target/bench-venv/bin/pip install --quiet --requirement benches/requirements.txt
    target/bench-venv/bin/python benches/bench.py {{options}}
