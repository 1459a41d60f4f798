"""From a piece of audio to Whisper's tokens: encoder, language detection and beam search.

This uses the public parts of faster-whisper's model. The same audio gives the same tokens: a doubtful piece
is searched again without repetition, not sampled at a higher temperature, since CTranslate2 seeds its
sampling only once per thread.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from svs.media import pcm
from svs.model.job import Options

if TYPE_CHECKING:
    import numpy as np

_FRAMES_PER_SECOND = 100  # of Whisper's features
_MAX_FRAMES = 3000
_PADDING = 5.0  # seconds of silence after the audio, which Whisper needs to end its text
_MIN_LENGTH = 15.0  # seconds of audio and silence; with 10, short clips in Korean and Japanese lost words
_FLOOR = 2.0  # range of a log-Mel spectrogram, as Whisper clips and scales it
_FIRST_TIME = 50  # the text begins within a second (OpenAI's and faster-whisper's default)
_SEARCHES: tuple[dict[str, Any], ...] = (
    {"beam_size": 5},
    {"beam_size": 5, "no_repeat_ngram_size": 4, "repetition_penalty": 1.1},
)
_PROMPT_SHARE = 0.5  # of the context, for the prompt and the hotwords together; the text needs the rest


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """Whisper's result for a piece of audio."""

    tokens: tuple[int, ...]
    text: str
    likelihood: float
    """Mean log probability of a token."""
    no_speech: float
    """Probability that nothing is said, 0-1."""
    repetition: float
    """The compression ratio of the text."""
    language: str


class Decoder:
    """A loaded model with the user's options; several threads may use it at once."""

    def __init__(self, whisper: Any, options: Options) -> None:  # noqa: ANN401 - the library has no types
        self._whisper = whisper
        self._task = "translate" if options.translate else "transcribe"
        self.tokenizer = cache(self._tokenizer)
        self._before = _before(self.tokenizer("en"), options)
        self._max_prompt = int(whisper.max_length * _PROMPT_SHARE) // max(1, len(self._before)) - 1
        self.cut_prompt = any(len(tokens) > self._max_prompt for tokens in self._before)
        """The prompt or the hotwords are too long, so that their ends are ignored."""

    @property
    def multilingual(self) -> bool:
        """Return whether the model knows more than English."""
        return bool(self._whisper.model.is_multilingual)

    def _tokenizer(self, language: str) -> Any:  # noqa: ANN401
        from faster_whisper.tokenizer import Tokenizer

        tokenizer = self._whisper.hf_tokenizer
        return Tokenizer(tokenizer, self.multilingual, task=self._task, language=language)

    def _prompt(self, tokenizer: Any) -> list[int]:  # noqa: ANN401
        """Return the tokens that come before the text."""
        before = [token for tokens in self._before for token in tokens[: self._max_prompt]]
        return [*([tokenizer.sot_prev, *before] if before else []), *tokenizer.sot_sequence]

    def encode(self, audio: "np.ndarray", like: int = 0) -> Any:  # noqa: ANN401
        """Return the encoder's output for up to 30 s of 16 kHz mono audio.

        It is as long as for `like` samples of audio, if there are fewer.
        """
        return self._whisper.encode(_features(self._whisper.feature_extractor, audio, like))

    def languages(self, encoded: Any) -> list[tuple[str, float]]:  # noqa: ANN401
        """Return the languages that may be spoken, with their probabilities, the most probable first."""
        return [(token[2:-2], share) for token, share in self._whisper.model.detect_language(encoded)[0]]

    def search(self, encoded: Any, language: str) -> Iterator[Hypothesis]:  # noqa: ANN401
        """Yield the results of one search method after the other, until the caller stops."""
        for method in _SEARCHES:
            yield from self._generate([encoded], [language], method)

    def search_together(self, encoded: Sequence[Any], languages: Sequence[str]) -> list[Hypothesis]:
        """Return the first results for outputs of one length: cheaper than one search after the other."""
        return self._generate(encoded, languages, _SEARCHES[0])

    def _generate(
        self, encoded: Sequence[Any], languages: Sequence[str], method: dict[str, Any]
    ) -> list[Hypothesis]:
        from faster_whisper.transcribe import get_suppressed_tokens

        tokenizers = [self.tokenizer(language) for language in languages]
        results = self._whisper.model.generate(
            _joined(encoded),
            [self._prompt(tokenizer) for tokenizer in tokenizers],
            max_length=self._whisper.max_length,
            return_scores=True,
            return_no_speech_prob=True,
            suppress_tokens=list(get_suppressed_tokens(tokenizers[0], [-1])),
            max_initial_timestamp_index=_FIRST_TIME,
            **method,
        )
        return [_hypothesis(*each) for each in zip(results, tokenizers, languages, strict=True)]


def _hypothesis(found: Any, tokenizer: Any, language: str) -> Hypothesis:  # noqa: ANN401
    from faster_whisper.transcribe import get_compression_ratio

    tokens = tuple(found.sequences_ids[0])
    text = tokenizer.decode(tokens).strip()
    return Hypothesis(
        tokens=tokens,
        text=text,
        likelihood=found.scores[0] * len(tokens) / (len(tokens) + 1),
        no_speech=found.no_speech_prob,
        repetition=get_compression_ratio(text) if text else 0.0,
        language=language,
    )


def _joined(encoded: Sequence[Any]) -> Any:  # noqa: ANN401
    """Return outputs of the encoder, all of one length, as one."""
    if len(encoded) == 1:
        return encoded[0]
    import ctranslate2
    import numpy as np

    on_cpu = [each.to_device(ctranslate2.Device.cpu).to(ctranslate2.DataType.float32) for each in encoded]
    return ctranslate2.StorageView.from_array(np.concatenate([np.asarray(each) for each in on_cpu]))


def _features(extractor: Any, audio: "np.ndarray", like: int) -> "np.ndarray":  # noqa: ANN401
    """Return the log-Mel features, followed by silence at the lowest level of Whisper's features."""
    import numpy as np

    found = extractor(audio)[..., :-1]
    seconds = max(_MIN_LENGTH, max(len(audio), like) / pcm.RATE + _PADDING)
    frames = min(_MAX_FRAMES, int(seconds * _FRAMES_PER_SECOND) // 4 * 4)
    silence = ((0, 0), (0, max(0, frames - found.shape[1])))
    return np.pad(found, silence, constant_values=found.max() - _FLOOR)[:, :frames].astype(np.float32)


def _before(tokenizer: Any, options: Options) -> list[list[int]]:  # noqa: ANN401
    """Return the tokens of the hotwords and of the prompt, if there are any."""
    return [tokenizer.encode(f" {text.strip()}") for text in (options.hotwords, options.prompt) if text]
