"""Files come in by drop or picker; each is shown with its figures, each line with its source."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse
from django.views.decorators.http import require_GET, require_POST

from amends.desk import clock, spool
from amends.desk.access import Act, Actor, case_for, files_for, gate, may, require, uploads_for
from amends.desk.actions import uploads as actions
from amends.desk.forms import files as forms
from amends.desk.models import Case, SourceFile, Upload, User
from amends.desk.queries import files as queries
from amends.desk.views.answers import explains, said
from amends.problems import AmendsError, Problem
from amends.sources.columns import preview, suggest
from amends.sources.layout import layout_of
from amends.sources.mapping import ColumnMapping

PREVIEW_ROWS = 12


@gate(Act.SEE_FILES)
@require_GET
def page(request: HttpRequest) -> HttpResponse:
    """The list of files, what was just sent, and where to send more."""
    user = require(request.user, Act.SEE_FILES)
    batch = request.GET.get("drop", "")
    return render(request, "desk/files.html", {
        "here": "files", "page": queries.files_page(user, request.GET),
        "drop": queries.drop(user, batch) if batch else None,
        "to_choose": queries.waiting_for_columns(user) if may(user, Act.IMPORT_FILES) else (),
        "may_import": may(user, Act.IMPORT_FILES), "may_run": may(user, Act.RUN_RECON),
        "accept": forms.ACCEPT, "largest_mb": forms.LARGEST_BYTES >> 20,
        "at_most": forms.FILES_AT_MOST,
    })


@gate(Act.IMPORT_FILES)
@require_POST
@explains
def send(request: HttpRequest) -> HttpResponse:
    """Take the files that were dropped or picked; a job reads them."""
    user = require(request.user, Act.IMPORT_FILES)
    batch = _take(user, request.FILES.getlist("files"), None)
    return redirect(f"{reverse('files')}?drop={batch}")


@gate(Act.WORK_CASES)
@require_POST
@explains
def case_file(request: HttpRequest, number: int) -> HttpResponse:
    """Take files for one case, where they become evidence."""
    user = require(request.user, Act.WORK_CASES)
    case = case_for(user, number)
    batch = _take(user, request.FILES.getlist("files"), case)
    return redirect(f"{reverse('files')}?drop={batch}")


def _take(user: User, sent: Sequence[UploadedFile[Any]], case: Case | None) -> str:
    if not sent:
        raise AmendsError(Problem("error", "No file was chosen.", "Choose one or drop it here.",
                                  field="files"))
    batch = secrets.token_hex(8)
    for arrival in forms.arrivals(sent, for_case=case is not None):
        actions.receive_file(
            actor=Actor.person(user), now=clock.now(), batch=batch, name=arrival.name,
            size_bytes=arrival.upload.size or 0, chunks=arrival.upload.chunks(),
            refused=arrival.refused, case=case,
        )
    return batch


@gate(Act.SEE_FILES)
@require_GET
def drop(request: HttpRequest, batch: str) -> HttpResponse:
    """How far the files sent together are, as the fragment that asks again while any is left."""
    user = require(request.user, Act.SEE_FILES)
    found = queries.drop(user, batch)
    if found is None:
        raise Http404("Nothing was sent under this name.")
    return render(request, "parts/file_drop.html",
                  {"drop": found, "may_import": may(user, Act.IMPORT_FILES),
                   "may_run": may(user, Act.RUN_RECON)})


@gate(Act.IMPORT_FILES)
@explains
def columns(request: HttpRequest, pk: int) -> HttpResponse:
    """Which column holds what: suggested, shown on the first rows, corrected, remembered."""
    user = require(request.user, Act.IMPORT_FILES)
    upload = get_object_or_404(uploads_for(user), pk=pk, state=Upload.COLUMNS)
    if "leave" in request.POST:
        actions.leave_out(actor=Actor.person(user), now=clock.now(), upload=upload)
        return redirect(f"{reverse('files')}?drop={upload.batch}")
    with spool.opened(upload.spool, upload.name) as file:
        layout = layout_of(file)
        mapping, wrong = forms.corrected(request.POST, suggest(file), layout)
        rows, odd = ([], []) if wrong else preview(file, mapping, PREVIEW_ROWS)
    if "keep" in request.POST and not wrong:
        return _keep_columns(request, upload, mapping)
    return render(
        request,
        "parts/file_preview.html" if request.headers.get("HX-Request") else
        "desk/file_columns.html",
        {"here": "files", "upload": upload, "rows": rows, "wrong": wrong, "odd": odd,
         "form": forms.column_form(mapping, layout)},
    )


def _keep_columns(request: HttpRequest, upload: Upload, mapping: ColumnMapping) -> HttpResponse:
    user = require(request.user, Act.IMPORT_FILES)
    actions.choose_columns(actor=Actor.person(user), now=clock.now(), upload=upload,
                           mapping=mapping)
    said(request, f"Columns kept. {upload.name} and later files of its shape are read by them.")
    return redirect(f"{reverse('files')}?drop={upload.batch}")


@gate(Act.SEE_FILES)
@require_GET
def one(request: HttpRequest, sha256: str) -> HttpResponse:
    """One file: statements, control totals, problems and entries."""
    file = _file(request, sha256)
    start = request.GET.get("from", "")
    shown = queries.file_page(file, int(start) if start.isdigit() and len(start) < 10 else 0)
    return render(request, "desk/file.html", {"here": "files", "page": shown, "file": file})


@gate(Act.SEE_FILES)
@require_GET
def line(request: HttpRequest, sha256: str, line: int) -> HttpResponse:
    """One line of a file with its neighbours, as written and as read."""
    shown = queries.line_page(_file(request, sha256), line, request.GET.get("entry", ""))
    return render(request, "desk/file_line.html", {"here": "files", "page": shown})


def _file(request: HttpRequest, sha256: str) -> SourceFile:
    user = require(request.user, Act.SEE_FILES)
    return get_object_or_404(files_for(user).select_related("received_by", "case"), sha256=sha256)


patterns = [
    path("files", page, name="files"),
    path("files/send", send, name="files_send"),
    path("files/drops/<str:batch>", drop, name="file_drop"),
    path("files/columns/<int:pk>", columns, name="file_columns"),
    path("files/<str:sha256>", one, name="file"),
    path("files/<str:sha256>/<int:line>", line, name="file_line"),
    path("cases/<int:number>/files", case_file, name="case_file"),
]
