# What CI runs.
check:
    .ci/run

# Write the snapshots anew; look at what `git diff` shows.
snapshots:
    INSTA_UPDATE=always cargo test --test integration

# Write the generated fixtures and their expected numbers anew.
fixtures:
    python3 tests/oracle/generate.py

# A binary to hand out.
dist:
    cargo build --profile dist --locked

# Measure the program and its peers (`just bench --quick`, `just bench --help`).
bench *options:
    python3 -m venv target/bench-venv
    target/bench-venv/bin/pip install --quiet --requirement benches/requirements.txt
    target/bench-venv/bin/python benches/bench.py {{options}}
