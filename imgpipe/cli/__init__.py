"""The command line: one verb a file. Heavy rooms are imported inside the verbs, so help is fast."""

import click

import imgpipe
from imgpipe.cli import (
    check,
    compare,
    datasets,
    detect,
    doctor,
    evaluate,
    export,
    extract,
    filter,
    inspect,
    lab,
    listen,
    measure,
    predict,
    report,
    segment,
    serve,
    train,
)
from imgpipe.cli.program.exit_codes import Program

VERBS: dict[str, click.Command] = {
    "compare": compare.command,
    "check": check.command,
    "train": train.command,
    "inspect": inspect.command,
    "predict": predict.command,
    "export": export.command,
    "serve": serve.command,
    "listen": listen.command,
    "lab": lab.command,
    "evaluate": evaluate.command,
    "report": report.command,
    "extract": extract.command,
    "filter": filter.command,
    "segment": segment.command,
    "detect": detect.command,
    "measure": measure.command,
    "datasets": datasets.command,
    "doctor": doctor.command,
}


@click.group("imgpipe", cls=Program, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(imgpipe.__version__, message="%(version)s")
def main() -> None:
    r"""Classical image analysis for medical images: from images on disk to an honest leaderboard.

    Exit codes: 0 done, 1 ran but some items failed (each is named), 2 bad usage or bad input,
    70 a bug in imgpipe, 130 interrupted.

    \b
    Example:
      imgpipe compare synthetic-nodules --models svm,forest --out run
    """


def _keep_examples(command: click.Command) -> None:
    """Turn backslash and b of raw docstrings into the character by which click keeps lines."""
    command.help = (command.help or "").replace(r"\b", "\b")
    if isinstance(command, click.Group):
        for verb in command.commands.values():
            _keep_examples(verb)


for _name, _verb in VERBS.items():
    main.add_command(_verb, _name)
_keep_examples(main)
