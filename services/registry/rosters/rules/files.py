"""Refusals of roster files."""

from __future__ import annotations

from shared.file_jobs.rules import FileFailed, TooManyFiles
from shared.kernel.refusals import Invalid


class TooManyRosterFiles(TooManyFiles):
    """Facts: `files_max`."""

    slug = "too-many-roster-files"
    title_en = "Your institution has too many files waiting."
    cure_en = "Wait until one is processed: at most {files_max} can wait at the same time."
    cure_zh = "请待已提交的文件处理完毕后再提交：同时最多 {files_max} 个。"
    reference = "GET /v1/roster-files"


class RosterFileFailed(FileFailed):
    """Facts: `rows_done`."""

    slug = "roster-file-failed"


class ClassDiffers(Invalid):
    slug = "roster-class-differs"
    title_en = "This row names a different class from the one that the file was posted for."
    title_zh = "该行的班级与提交文件时指定的班级不一致。"
    cure_en = "Leave the cell empty, or post the file without class_id so that each row goes to its own class."
    cure_zh = "请将该单元格留空；或提交时不指定 class_id，使每行按自己的班级编号登记。"
