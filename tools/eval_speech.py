"""Compare svs with other Whisper programs on recordings: python tools/eval_speech.py DIR --model FOLDER.

DIR holds recordings and refs.json, an object by file name:

    {"talk.opus": {"text": "what is said", "language": "en",
                   "utterances": [{"start": 1.5, "text": "what"}, {"start": 4.0, "text": "is said"}]}}

Entries whose text is null or missing are left out; an empty text means that nothing is said. `utterances` is
optional, and needed for start errors: starts in seconds, and texts that together are the text. Other keys are
ignored.

Each system runs in a process of its own, on the CPU in int8, with its defaults: `svs` with an empty store,
`fw` (faster-whisper, sequential), `fw-vad`, `batched`, and `wct2` (whisper-ctranslate2, if it is installed).

Columns: word error rate in % (of characters, marked c, for languages without spaces); words substituted,
lost and invented; words that svs marks as suspect; mean and largest error of the utterances' starts in
seconds, and how many were found; processor seconds with those of child processes; wall seconds; the largest
process's peak memory in MiB.
"""

import argparse
import json
import shutil
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import asdict
from fnmatch import fnmatch
from pathlib import Path

from speech_mix import mix
from speech_scores import Reference, alignment, read_references, score
from speech_systems import SYSTEMS, Run, Setup, model_folder, run
from speech_table import COLUMNS, Scored, better, line, totals, unit

References = dict[str, Reference]


def parse() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("folder", type=Path, metavar="DIR")
    parser.add_argument("--model", required=True, help="a model's folder, or a name that svs knows")
    parser.add_argument("--refs", type=Path, help="the references; default: DIR/refs.json")
    parser.add_argument("--files", nargs="+", default=["*"], help="names or patterns, such as 'leo*'")
    parser.add_argument("--spoken", help="only recordings in this language, such as en")
    parser.add_argument("--systems", default=",".join(SYSTEMS), help="default: %(default)s")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument(
        "--fix-language", action="store_true", help="name the language, instead of detecting it"
    )
    parser.add_argument("--wct2", default="whisper-ctranslate2", help="the command of whisper-ctranslate2")
    parser.add_argument("--mix", type=float, metavar="MINUTES", help="join the recordings into one so long")
    parser.add_argument("--json", type=Path, help="write the results to this file")
    parser.add_argument(
        "--beside", type=Path, nargs="+", default=[], help="results of earlier --json to show too"
    )
    parser.add_argument("--show", action="store_true", help="print where the words differ")
    return parser.parse_args()


def chosen(references: References, options: argparse.Namespace) -> References:
    """Return the references that the command line asks for."""
    return {
        name: reference
        for name, reference in references.items()
        if any(fnmatch(name, pattern) for pattern in options.files)
        and options.spoken in {None, reference.language}
    }


def mixed(folder: Path, references: References, minutes: float, target: Path) -> References:
    """Write the mix of all recordings in which something is said, and return its reference by name."""
    spoken = {name: each for name, each in references.items() if any(text for _, text in each.said)}
    languages = {each.language for each in spoken.values()}
    if len(languages) != 1:
        sys.exit(f"--mix needs recordings in one language; choose it with --spoken: {sorted(languages)}")
    name = f"mix-{languages.pop()}-{minutes:g}min.wav"
    return {name: mix(folder, spoken, minutes, target / name)}


def runs(folder: Path, references: References, options: argparse.Namespace) -> Iterator[Run]:
    """Run every system on every recording; results of earlier files come first."""
    systems = [name for name in options.systems.split(",") if name]
    if "wct2" in systems and not shutil.which(options.wct2):
        print(f"{options.wct2} is not installed: left out", file=sys.stderr)
        systems.remove("wct2")
    model = model_folder(options.model)
    before = [Run(**each) for path in options.beside for each in json.loads(path.read_text(encoding="utf-8"))]
    for name, reference in references.items():
        yield from (each for each in before if (each.file, each.model) == (name, Path(model).name))
        language = reference.language if options.fix_language else None
        setup = Setup(model, options.threads, language, options.wct2)
        for system in systems:
            yield run(system, folder / name, setup)


def main() -> None:
    """Run the systems and print the table."""
    options = parse()
    references = chosen(read_references(options.refs or options.folder / "refs.json"), options)
    scored = list[Scored]()
    print(COLUMNS)
    with tempfile.TemporaryDirectory() as temporary:
        folder = options.folder
        if options.mix:
            folder = Path(temporary)
            references = mixed(options.folder, references, options.mix, folder)
        for result in runs(folder, references, options):
            reference = references[result.file]
            scored.append((result, score(reference, result.segments)))
            print(line(result.file, result.system, scored[-1:], unit(reference)), result.note, flush=True)
            if options.show:
                print(alignment(reference, result.segments))
            if options.json:
                found = [asdict(each) for each, _ in scored]
                options.json.write_text(json.dumps(found, ensure_ascii=False, indent=1), encoding="utf-8")
    for text in (*totals(scored, references), *better(scored)):
        print(text)


if __name__ == "__main__":
    main()
