from django.urls import path

from oosc.members.views import group, me, officers, posts, sign_in

app_name = "members"

urlpatterns = [
    path("sign-in/", sign_in.sign_in, name="sign_in"),
    path("sign-out/", sign_in.sign_out, name="sign_out"),
    path("password/", sign_in.change_password, name="change_password"),
    path("second-factor/", sign_in.set_up_factor, name="set_up_factor"),
    path("second-factor/qr.svg", sign_in.factor_qr, name="factor_qr"),
    path("second-factor/code/", sign_in.verify_factor, name="verify_factor"),
    path("post/", sign_in.choose_post, name="choose_post"),
    path("me/", me.me, name="me"),
    path("me/end-sessions/", me.end_sessions, name="end_sessions"),
    path("officers/", officers.officers, name="officers"),
    path("officers/new/", officers.new_officer, name="new_officer"),
    path("officers/<uuid:pk>/", officers.officer, name="officer"),
    path("officers/<uuid:pk>/disable/", officers.disable_officer, name="disable_officer"),
    path("officers/<uuid:pk>/enable/", officers.enable_officer, name="enable_officer"),
    path("officers/<uuid:pk>/unlock/", officers.unlock_officer, name="unlock_officer"),
    path("officers/<uuid:pk>/password/", officers.reset_password, name="reset_password"),
    path("officers/<uuid:pk>/factor-reset/", officers.ask_factor_reset, name="ask_factor_reset"),
    path("factor-resets/", officers.factor_resets, name="factor_resets"),
    path("factor-resets/<uuid:pk>/", officers.decide_factor_reset, name="decide_factor_reset"),
    path("units/", posts.units, name="units"),
    path("units/new/", posts.new_unit, name="new_unit"),
    path("units/<uuid:pk>/", posts.unit, name="unit"),
    path("units/<uuid:pk>/end/", posts.end_unit, name="end_unit"),
    path("posts/<uuid:pk>/close/", posts.close_post, name="close_post"),
    path("posts/<uuid:pk>/grant/", posts.grant_post, name="grant_post"),
    path("holdings/<uuid:pk>/end/", posts.end_holding, name="end_holding"),
    path("holdings/<uuid:pk>/approver/", posts.name_approver, name="name_approver"),
    path("hand-over/", posts.hand_over, name="hand_over"),
    path("hand-over/<uuid:pk>/", posts.hand_over_post, name="hand_over_post"),
    path("group/", group.group, name="group"),
    path("group/new/", group.publish_group, name="publish_group"),
    path("group/<uuid:pk>/", group.group_version, name="group_version"),
    path("group/<uuid:pk>/members/", group.add_group_member, name="add_group_member"),
    path("group/members/<uuid:pk>/", group.change_group_member, name="change_group_member"),
    path("group/members/<uuid:pk>/remove/", group.remove_group_member, name="remove_group_member"),
]
