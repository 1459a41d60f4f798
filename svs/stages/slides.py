"""Summarize: chapters that begin with a slide get its title, where that can be read."""

from msgspec.structs import replace

from svs.fields import title as shortened
from svs.media import slide_text
from svs.media.thumbnails import Reader
from svs.model.speech import Chapter, Slide, Summary
from svs.text.chapters import WITH_SLIDE


def with_titles(summary: Summary, recording: Reader, language: str) -> Summary:
    """Return a summary in which chapters are named after slides. Raises SvsError.

    The recording's own chapters keep their names, and no two chapters get the same.
    """
    tesseract = slide_text.find(language)
    if tesseract is None:
        return summary
    titles = {chapter.title for chapter in summary.chapters}
    chapters, slides = [], list(summary.slides)
    for chapter in summary.chapters:
        slide = None if chapter.given else _begins_with(chapter, slides)
        text = shortened(slide_text.title(tesseract, recording, slide)) if slide else ""
        if slide and text and text not in titles:
            slides[slides.index(slide)] = replace(slide, title=text)
            chapters.append(replace(chapter, title=text, from_slide=True))
            titles.add(text)
        else:
            chapters.append(chapter)
    return replace(summary, chapters=tuple(chapters), slides=tuple(slides))


def _begins_with(chapter: Chapter, slides: list[Slide]) -> Slide | None:
    """Return the slide that is new when a chapter begins."""
    near = [slide for slide in slides if abs(slide.start - chapter.start) <= WITH_SLIDE]
    return min(near, key=lambda slide: abs(slide.start - chapter.start), default=None)
