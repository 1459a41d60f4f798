"""The config file: what goes before what, and what is wrong said with its place."""

import json
import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from svs.cli.completion import harmless

CAPTIONS = "1\n00:00:01,000 --> 00:00:04,000\nThe lamp alone is weak, so a glass lens gathers its light.\n"
SECRET = "s3cr3t"


@pytest.fixture
def config(home):
    """Write the config file."""

    def write(text, mode=0o600):
        file = home / "config.toml"
        file.write_text(text)
        file.chmod(mode)
        return file

    return write


def shown(svs, **environment):
    done = svs("config", "show", "--json", env={**os.environ, **environment})
    assert done.returncode == 0, done.stderr
    return {row["name"]: (row["value"], row["source"]) for row in json.loads(done.stdout)}


def test_precedence_is_option_environment_file_default(svs, config, tmp_path):
    video = tmp_path / "talk.srt"
    video.write_text(CAPTIONS)
    config('length = "3"\nmethod = "luhn"\nformat = "txt"\njson = true\n')
    environment = {"SVS_LENGTH": "4", "SVS_METHOD": "lsa"}
    values = shown(svs, **environment)
    assert values["length"] == ("4", "environment")
    assert values["format"] == ("txt", "config")
    assert values["json"] == (True, "config")
    assert values["engine"] == ("auto", "default")
    done = svs("summarize", video, "--length", "5", env={**os.environ, **environment})
    summary = json.loads(done.stdout)["summary"]
    assert (summary["length"], summary["method"]) == ("5", "lsa")
    assert (tmp_path / "talk.summary.txt").exists()
    assert svs("summarize", video, "--force", env={**os.environ, "SVS_JSON": "0"}).stdout.startswith("# talk")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('model = "x"\nlenght = "5"\n', "config.toml:2: there is no setting 'lenght'"),
        ("\nthreads = 'many'\n", "config.toml:2: threads must be a whole number"),
        ("threads = true\n", "config.toml:1: threads must be a whole number"),
        ("length = 5\n", 'config.toml:1: length must be a string in quotes, such as "..."'),
        ("fresh = 'yes'\n", "config.toml:1: fresh must be true or false"),
        ("threads = -1\n", "config.toml:1: threads: -1 is not in the range"),
        ("method = 'best'\n", "config.toml:1: method: 'best' is not one of"),
        ("notify = [1]\n", "config.toml:1: notify must be a string, or a list"),
        ("[summarize]\nlength = '5'\n", "config.toml:1: there is no setting 'summarize'"),
        ("length = \n", "is not TOML"),
        (b"\xff\x00 = 1\n".decode("latin-1"), "is not TOML"),
    ],
)
def test_what_is_wrong_is_said_with_file_line_and_key(svs, config, text, said):
    config(text)
    done = svs("config", "show")
    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr
    assert len(done.stderr.splitlines()) == 2


def test_addresses_are_masked_and_refused_where_others_could_read_them(svs, config, tmp_path):
    file = config(f'notify = ["json://host/{SECRET}", "bell", "tgram://{SECRET}/1"]\n')
    assert shown(svs)["notify"] == (["json://***", "bell", "tgram://***"], "config")
    assert SECRET not in svs("summarize", "--help").stdout
    file.chmod(0o640)
    done = svs("summarize", tmp_path / "talk.srt")
    assert done.returncode == 2
    assert "chmod 600" in done.stderr
    assert SECRET not in done.stderr
    assert svs("jobs", "list").returncode == 0, "only what uses it complains"


def test_init_writes_a_file_that_sets_nothing_and_says_everything(svs, home, monkeypatch):
    monkeypatch.delenv("SVS_SLIDES")
    file = home / "config.toml"
    assert svs("config", "path").stdout == svs("config", "init").stdout == f"{file}\n"
    assert file.stat().st_mode & 0o777 == 0o600
    values = shown(svs)
    assert {source for _, source in values.values()} == {"default"}
    uncommented = [
        line[2:] for line in file.read_text().splitlines() if line.partition(" = ")[0][2:] in values
    ]
    file.write_text("\n".join(line for line in uncommented if not line.endswith('""')))
    assert {source for _, source in shown(svs).values()} == {"default", "config"}
    assert svs("config", "init").returncode == 2


def completed(svs, *words):
    """Return what the shell offers for the last of these words."""
    environment = {
        **os.environ,
        "_SVS_COMPLETE": "complete_bash",
        "COMP_WORDS": " ".join(("svs", *words)),
        "COMP_CWORD": str(len(words)),
    }
    return svs(env=environment).stdout.split()


def test_the_shell_completes_jobs_models_languages_methods_and_formats(svs, with_model, config, tmp_path):
    (tmp_path / "talk.srt").write_text(CAPTIONS)
    config("broken")  # nothing to complain of while somebody types
    job_id = json.loads(
        svs("summarize", "talk.srt", "--json", env={**os.environ, "SVS_CONFIG": "none"}).stdout
    )["job_id"]
    assert completed(svs, "jobs", "show", "20") == [job_id]
    assert completed(svs, "summarize", "--model", "m") == ["micro"]
    assert completed(svs, "summarize", "--language", "de") == ["de"]
    assert completed(svs, "summarize", "--method", "l") == ["lexrank", "lsa", "luhn"]
    assert completed(svs, "summarize", "--format", "md,t") == ["md,txt", "md,tsv"]
    assert completed(svs, "models", "download", "small") == ["small.en", "small"]


@given(st.text())
def test_no_name_can_make_a_shell_do_anything(name):
    assert not set(harmless(name)) & set("\\\"'`$;&|<>(){}[]*!#~\n\r\t\x1b:^=")
