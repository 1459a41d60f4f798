"""The accurate engine: Whisper through faster-whisper, in batches of windows."""

from collections.abc import Generator, Iterator, Sequence
from itertools import islice, pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

from svs.engines.interface import Batch
from svs.errors import MissingError, UsageError
from svs.events import Tick
from svs.media import pcm, speech
from svs.model import Options, Segment, Window

if TYPE_CHECKING:
    import numpy as np

_TOO_REPETITIVE = (
    2.4  # compression ratio above which a text repeats itself (OpenAI's and faster-whisper's default)
)
_TOO_UNLIKELY = -1.0  # mean log probability below which a text is guesswork (likewise)
_NOT_SPEECH = 0.6  # probability of no speech above which an unlikely text is dropped (likewise)
_WARMER = (0.2, 0.4, 0.6, 0.8, 1.0)
_ON_GPU, _ON_CPU = 8, 2  # windows in a batch: on a CPU, half a minute of silence from svs is long enough
_LANGUAGE_WINDOWS = 3  # windows of speech from which the language is found


class Whisper:
    """Decodes `batch_size` windows at once, and those that look wrong once more at higher temperatures."""

    name = "whisper"

    def __init__(self, folder: Path, model: str, options: Options, language: str | None) -> None:
        self.model = model
        self.language = language
        self._options = options
        self._batch_size = options.batch_size or (_ON_GPU if _on_gpu(options) else _ON_CPU)
        self._whisper = _load(folder, options)
        self._check_language()

    def _check_language(self) -> None:
        """Refuse what the model does not know; one that knows English only hears nothing else."""
        known = self._whisper.supported_languages
        if known == ["en"] and (self._options.translate or self.language not in (None, "en")):
            raise UsageError(
                f"the model {self.model} knows English only", "Choose another: see `svs models list`."
            )
        if self.language and self.language not in known:
            raise UsageError(
                f"Whisper does not know the language {self.language!r}", f"It knows {', '.join(known)}."
            )
        if known == ["en"]:
            self.language = "en"

    def transcribe(self, source: Path, after: float, tick: Tick) -> Generator[Batch, None, None]:
        """Yield a batch for every `batch_size` windows of speech in 16 kHz mono s16 PCM."""
        total = pcm.seconds(source)
        tick(after, total)
        end = after
        windows = (window for window in speech.windows(source) if window.last / pcm.RATE > after)
        while batch := list(islice(windows, self._batch_size)):
            end = batch[-1].last / pcm.RATE
            yield Batch(end, total, tuple(self._recognize(source, batch)))
        if end < total:
            yield Batch(total, total, ())

    def _recognize(self, source: Path, batch: Sequence[Window]) -> Iterator[Segment]:
        """Yield what is said in the windows."""
        clips = [pcm.read(source, window.first, window.last) for window in batch]
        if self.language is None:
            self.language = self._detect(clips[:_LANGUAGE_WINDOWS])
        for window, clip, found in zip(batch, clips, self._decode(clips), strict=True):
            good = found if not any(map(_wrong, found)) else self._decode_warmer(clip)
            longest = len(clip) / pcm.RATE
            yield from (_segment(s, window.first / pcm.RATE, longest) for s in good if _spoken(s))

    def _detect(self, clips: "Sequence[np.ndarray]") -> str:
        import numpy as np

        language, _, _ = self._whisper.detect_language(
            np.concatenate(clips), language_detection_segments=_LANGUAGE_WINDOWS
        )
        return str(language)

    def _decode(self, clips: "Sequence[np.ndarray]") -> list[list[Any]]:
        """Return the segments of each clip, with times within it."""
        import numpy as np
        from faster_whisper import BatchedInferencePipeline

        starts = np.cumsum([0] + [len(clip) for clip in clips]) / pcm.RATE
        spans = [{"start": a, "end": b} for a, b in pairwise(starts)]
        found, _ = BatchedInferencePipeline(self._whisper).transcribe(
            np.concatenate(clips),
            clip_timestamps=spans,
            batch_size=len(clips),
            temperature=0.0,
            **self._wishes(),
        )
        by_clip: list[list[Any]] = [[] for _ in clips]
        for segment in found:
            index = int(np.searchsorted(starts[1:-1], segment.start + 1e-3, side="right"))
            segment.start, segment.end = segment.start - starts[index], segment.end - starts[index]
            by_clip[index].append(segment)
        return by_clip

    def _decode_warmer(self, clip: "np.ndarray") -> list[Any]:
        """Decode one clip with temperature fallback, which the batched pipeline lacks."""
        import ctranslate2

        ctranslate2.set_random_seed(0)  # the same clip gives the same text, also when a job is resumed
        found, _ = self._whisper.transcribe(
            clip, temperature=_WARMER, condition_on_previous_text=False, **self._wishes()
        )
        return list(found)

    def _wishes(self) -> dict[str, Any]:
        """Return what both ways of decoding are asked for."""
        return {
            "language": self.language,
            "task": "translate" if self._options.translate else "transcribe",
            "initial_prompt": self._options.prompt,
            "hotwords": self._options.hotwords,
            "without_timestamps": False,
            "vad_filter": False,
        }


def _load(folder: Path, options: Options) -> Any:  # noqa: ANN401 - the library has no types
    """Load the model from its folder, and from nowhere else."""
    from faster_whisper import WhisperModel

    if not folder.is_dir():  # faster-whisper would take it for the name of a model on a hub
        raise MissingError(
            f"the model folder {folder} is gone", "Install the model again: `svs models list`."
        )
    try:
        return WhisperModel(
            str(folder),
            device=options.device,
            compute_type=_compute_type(options),
            cpu_threads=options.threads,
            local_files_only=True,
        )
    except (RuntimeError, ValueError, OSError) as error:
        raise MissingError(
            f"the model in {folder} cannot be loaded: {error}",
            "Check --device and --compute-type, or install the model again: see `svs models list`.",
        ) from error


def _compute_type(options: Options) -> str:
    """Return int8 on a CPU and float16 on a GPU, unless the user chose."""
    if options.compute_type != "default":
        return options.compute_type
    return "float16" if _on_gpu(options) else "int8"


def _on_gpu(options: Options) -> bool:
    import ctranslate2

    return options.device == "cuda" or (options.device == "auto" and ctranslate2.get_cuda_device_count() > 0)


def _wrong(segment: Any) -> bool:  # noqa: ANN401
    return bool(segment.compression_ratio > _TOO_REPETITIVE or segment.avg_logprob < _TOO_UNLIKELY)


def _spoken(segment: Any) -> bool:  # noqa: ANN401
    silent = segment.no_speech_prob > _NOT_SPEECH and segment.avg_logprob < _TOO_UNLIKELY
    return bool(segment.text.strip() and not silent)


def _segment(found: Any, offset: float, longest: float) -> Segment:  # noqa: ANN401
    """Return faster-whisper's segment as ours, with its times inside the window that begins at `offset`."""
    start = min(max(0.0, float(found.start)), longest)
    end = min(max(start, float(found.end)), longest)
    return Segment(
        round(offset + start, 3), round(offset + end, 3), found.text.strip(), suspect=_wrong(found)
    )
