"""`{{ status|status_colour }}`: the colour of a status as a tag."""

from django import template

from oosc.schooling import queries
from oosc.schooling.models import SchoolYearStatus
from oosc.schooling.states import Status

register = template.Library()


@register.filter
def status_colour(record: SchoolYearStatus) -> str:
    return queries.colour(Status(record.status))
