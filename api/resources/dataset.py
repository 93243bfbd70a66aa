"""The dataset: the one record that says what this is, who made it and under which terms."""

from __future__ import annotations

from flask import Response

from api import examples
from api.answers import the_record
from api.citing import FORMS
from api.documented import Blueprint
from api.queries import RecordRequest, ShapedRecordQuery
from api.shapes import Answered
from dataset.schemas.dataset import Dataset
from dataset.store.tables import dataset

blueprint = Blueprint("dataset", "What this is, who made it and under which terms.")


class DatasetRecordQuery(ShapedRecordQuery):
    """How the dataset is answered."""

    type = "dataset"

    class Meta(ShapedRecordQuery.Meta):
        exclude = ("expand",)  # it refers to no record


class DatasetRecord(Dataset, Answered):
    """The dataset, with what stands beside it in an answer."""


#: All that it holds, by name.
LINKS = {
    "self": "/v1/dataset",
    "history": "/v1/dataset/history",
    "citation": "/v1/dataset/citation",
    "jsonld": "/v1/dataset/jsonld",
    "sources": "/v1/sources",
    "quotes": "/v1/quotes",
    "claims": "/v1/claims",
    "events": "/v1/events",
    "actors": "/v1/actors",
    "places": "/v1/places",
    "topics": "/v1/topics",
    "questions": "/v1/questions",
}


@blueprint.operation(
    "/v1/dataset",
    "getDataset",
    query=DatasetRecordQuery,
    answer=DatasetRecord,
    example=examples.alone(examples.DATASET, LINKS),
    forms=FORMS,
)
def get_dataset(query: RecordRequest) -> Response:
    """Get the dataset.

    The one record that describes all others, with links to their lists.
    """
    return the_record(dataset, query, LINKS)
