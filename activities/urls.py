from django.urls import path

from activities.views import activities, entry, inclusions, meetings, papers, speakers

app_name = "activities"
urlpatterns = [
    path("activities/", activities.activity_list, name="activity_list"),
    path("activities/export/", activities.activity_export, name="activity_export"),
    path("activities/record/", entry.activity_create, name="activity_create"),
    path("activities/drafts/", entry.draft_list, name="draft_list"),
    path("activities/drafts/save/", entry.draft_save, name="draft_save"),
    path("activities/drafts/<uuid:key>/discard/", entry.draft_discard, name="draft_discard"),
    path("activities/drafts/<uuid:key>/speakers/", speakers.speaker_search, name="speaker_search"),
    path("activities/drafts/<uuid:key>/speakers/choose/", speakers.speaker_choose, name="speaker_choose"),
    path("activities/<int:pk>/", activities.activity_detail, name="activity_detail"),
    path("activities/<int:pk>/edit/", entry.activity_edit, name="activity_edit"),
    path("activities/<int:pk>/return/", activities.activity_return, name="activity_return"),
    path("activities/<int:pk>/accept/", activities.activity_accept, name="activity_accept"),
    path("meetings/", meetings.meeting_list, name="meeting_list"),
    path("meetings/record/", meetings.meeting_create, name="meeting_create"),
    path("meetings/<int:pk>/", meetings.meeting_detail, name="meeting_detail"),
    path("meetings/<int:pk>/scan/", meetings.meeting_scan, name="meeting_scan"),
    path("meetings/<int:pk>/edit/", meetings.meeting_edit, name="meeting_edit"),
    path("follow-ups/", meetings.follow_up_list, name="follow_up_list"),
    path("follow-ups/<int:pk>/close/", meetings.follow_up_close, name="follow_up_close"),
    path("inclusions/", inclusions.inclusion_list, name="inclusion_list"),
    path("inclusions/<slug:code>/<int:year>/", inclusions.inclusion_unit, name="inclusion_unit"),
    path("inclusions/<slug:code>/<int:year>/<slug:kind>/remove/", inclusions.inclusion_remove, name="inclusion_remove"),
    path("inclusions/<slug:code>/<int:year>/<slug:kind>/", inclusions.inclusion_edit, name="inclusion_edit"),
    path("inclusions/<slug:code>/<int:year>/<slug:kind>/scan/", inclusions.inclusion_scan, name="inclusion_scan"),
    path("venues/", papers.venue_list, name="venue_list"),
    path("papers/", papers.paper_list, name="paper_list"),
    path("papers/<slug:code>/<int:year>/<slug:kind>/", papers.paper_edit, name="paper_edit"),
]
