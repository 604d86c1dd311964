from django.urls import path

from oosc.exports import clear_pages, views

app_name = "exports"

urlpatterns = [
    path("clear/", clear_pages.list_, name="clear_list"),
    path("clear/new/<str:name>/", clear_pages.ask, name="ask_clear"),
    path("clear/<uuid:pk>/", clear_pages.detail, name="clear"),
    path("clear/<uuid:pk>/answer/", clear_pages.answer, name="answer_clear"),
    path("clear/<uuid:pk>/withdraw/", clear_pages.withdraw, name="withdraw_clear"),
    path("clear/<uuid:pk>/make/", clear_pages.make, name="make_clear"),
    path("<uuid:pk>/", views.detail, name="detail"),
    path("<uuid:pk>/file/", views.fetch, name="fetch"),
]
