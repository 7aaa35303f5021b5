//! The command line of `batch-report`: parse, run, print the chain of an error, set the exit code.

use std::io::Write;
use std::process::ExitCode;

use batch_report::args::{self, Refusal};
use batch_report::run::{self, Outcome};
use batch_report::{clock, output};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let command = match args::parse(std::env::args_os()) {
        Ok(command) => command,
        Err(refusal) => return refuse(&refusal),
    };
    match run::run(command, clock::now) {
        Ok(Outcome::Done) => ExitCode::SUCCESS,
        Ok(Outcome::Gate) => ExitCode::from(3),
        Ok(Outcome::Loss) => ExitCode::from(4),
        Ok(Outcome::Interrupted) => ExitCode::from(130),
        Err(error) => {
            say(&format!(
                "batch-report: error: {}\n",
                run::error_words(&error)
            ));
            ExitCode::from(if error.is_usage() { 2 } else { 1 })
        }
    }
}

fn refuse(refusal: &Refusal) -> ExitCode {
    if !refusal.asked_for {
        say(&refusal.text.ansi().to_string());
        return ExitCode::from(2);
    }
    let text = match anstream::AutoStream::choice(&std::io::stdout()) {
        anstream::ColorChoice::Never => refusal.text.to_string(),
        _ => refusal.text.ansi().to_string(),
    };
    match output::print(text.as_bytes()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}

/// Prints to standard error. If that is closed, there is nobody to tell, and the exit code is enough.
fn say(words: &str) {
    let _ = anstream::stderr().write_all(words.as_bytes());
}
