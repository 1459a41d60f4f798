"""Summarize: chapters that begin with a slide get its title, where that is known."""

from collections.abc import Callable

from msgspec.structs import replace

from svs.fields import title as shortened
from svs.model.speech import Chapter, Slide, Summary
from svs.text.chapters import WITH_SLIDE


def with_titles(summary: Summary, title: Callable[[Slide], str]) -> Summary:
    """Return a summary in which chapters are named after slides; `title` gives a slide's title, or nothing.

    The recording's own chapters keep their names, and no two chapters get the same. After that, only slides
    that gave a name have a title.
    """
    taken = {chapter.title for chapter in summary.chapters}
    chapters, slides = [], [replace(slide, title="") for slide in summary.slides]
    for chapter in summary.chapters:
        slide = None if chapter.given else _begins_with(chapter, summary.slides)
        text = shortened(title(slide)) if slide else ""
        if slide and text and text not in taken:
            slides[summary.slides.index(slide)] = replace(slide, title=text)
            chapters.append(replace(chapter, title=text, from_slide=True))
            taken.add(text)
        else:
            chapters.append(chapter)
    return replace(summary, chapters=tuple(chapters), slides=tuple(slides))


def _begins_with(chapter: Chapter, slides: tuple[Slide, ...]) -> Slide | None:
    """Return the slide that is new when a chapter begins."""
    near = [slide for slide in slides if abs(slide.start - chapter.start) <= WITH_SLIDE]
    return min(near, key=lambda slide: abs(slide.start - chapter.start), default=None)
