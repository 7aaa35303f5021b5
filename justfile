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
