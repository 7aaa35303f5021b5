//! The command line of `batch-report`: parse, run, print the chain of an error, set the exit code.

use std::error::Error;
use std::process::ExitCode;

use batch_report::args::{self, Refusal};
use batch_report::run::{self, Outcome};
use batch_report::{clock, output, render};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let command = match args::parse(std::env::args_os()) {
        Ok(command) => command,
        Err(refusal) => return refuse(&refusal),
    };
    match run::run(command, clock::now) {
        Ok(Outcome::Done) => ExitCode::SUCCESS,
        Ok(Outcome::Loss) => ExitCode::from(4),
        Ok(Outcome::Interrupted) => ExitCode::from(130),
        Err(error) => {
            complain(&error);
            ExitCode::from(if error.is_usage() { 2 } else { 1 })
        }
    }
}

fn refuse(refusal: &Refusal) -> ExitCode {
    if refusal.asked_for {
        let text = anstream::AutoStream::choice(&std::io::stdout());
        let text = match text {
            anstream::ColorChoice::Never => refusal.text.to_string(),
            _ => refusal.text.ansi().to_string(),
        };
        return match output::print(text.as_bytes()) {
            Ok(()) => ExitCode::SUCCESS,
            Err(_) => ExitCode::FAILURE,
        };
    }
    anstream::eprint!("{}", refusal.text.ansi());
    ExitCode::from(2)
}

fn complain(error: &dyn Error) {
    anstream::eprintln!("batch-report: error: {}", harmless(error));
    let mut cause = error.source();
    while let Some(error) = cause {
        anstream::eprintln!("  because: {}", harmless(error));
        cause = error.source();
    }
}

/// The words of an error, which may quote a file: line by line, for some list what they found.
fn harmless(error: &dyn Error) -> String {
    let words = error.to_string();
    let lines: Vec<String> = words.lines().map(render::visible).collect();
    lines.join("\n")
}
