"""The shapes in which rosters arrive: one per sender and kind.

A field is named as in `data/README`, and so is the first heading of each column: what the example
rosters write. The others are what senders write besides, and the identifiers of domain §5.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from rosterlink.reading import cells


class Side(StrEnum):
    """What a roster is to the reconciliation; the value is the option of the command line."""

    RESIDENTS = "residents"
    ROLL = "roll"
    ROLL_ELSEWHERE = "roll-elsewhere"
    DEFERRALS = "deferrals"
    DEATHS = "deaths"
    EXITS = "exits"
    DISABLED = "disabled"
    POVERTY = "poverty"
    LEFT_BEHIND = "left-behind"
    VACCINATION = "vaccination"
    KINDERGARTEN = "kindergarten"


@dataclass(frozen=True)
class Column:
    field: str
    headings: tuple[str, ...]  # as senders write them, the usual one first
    read: Callable[[str], str]  # raises cells.Bad


@dataclass(frozen=True)
class Layout:
    """`needs` lists what must be there: of each group one field at least."""

    roster: str
    name: str
    side: Side
    columns: tuple[Column, ...]
    file_words: tuple[str, ...]  # what the file is often called
    needs: tuple[tuple[str, ...], ...] = (("name",), ("id_no", "birth_date"))

    def column(self, field: str) -> Column | None:
        return next((column for column in self.columns if column.field == field), None)


# Columns that nearly every roster has. 序号 may be an id of the sender or a mere count.
ROW_ID = Column("given_row_id", ("row_id", "行号标识"), cells.code)
SEQUENCE = Column("sequence_no", ("序号", "编号", "NO", "row_no"), cells.code)
NAME = Column(
    "name",
    ("姓名", "学生姓名", "儿童姓名", "孩子姓名", "幼儿姓名", "家庭成员姓名", "名字", "xm"),
    cells.name,
)
SEX = Column("sex", ("性别", "学生性别", "儿童性别", "xb"), cells.sex)
BIRTH_DATE = Column(
    "birth_date", ("出生日期", "出生年月", "出生年月日", "生日", "csrq"), cells.birth_date
)
ID_TYPE = Column("id_type", ("证件类型", "身份证件类型", "证件种类"), cells.words)
ID_NO = Column(
    "id_no",
    (
        (
            "身份证件号",
            "公民身份号码",
            "公民身份证号",
            "公民身份证号码",
            "身份证号",
            "身份证号码",
            "身份证",
            "身份号码",
            "居民身份证号",
            "居民身份证号码",
            "身份证件号码",
            "证件号码",
            "证件号",
            "学生身份证号",
            "学生身份证件号",
            "儿童身份证号",
            "本人身份证号",
            "身份号码/出生医学证明号",
            "sfzh",
            "sfzjh",
        )
    ),
    cells.child_identity,
)
ETHNICITY = Column("ethnicity", ("民族", "mz"), cells.words)
FORMER_NAME = Column("former_name", ("曾用名", "原名", "别名"), cells.name)
COMMUNITY = Column(
    "community",
    (
        "社区居委会",
        "社区",
        "村(社区)",
        "村社区",
        "村居",
        "村(居)",
        "所属社区",
        "居住社区",
        "居委会",
        "所属村居",
        "community_code",
    ),
    cells.words,
)
ADDRESS = Column(
    "address",
    (
        "地址",
        "现住址",
        "家庭住址",
        "家庭地址",
        "现居住地",
        "居住地址",
        "常住地址",
        "居住地",
        "详细地址",
        "详细住址",
        "户籍地址",
        "户口所在地",
        "户籍所在地",
        "户口地址",
        "hukou_address",
    ),
    cells.words,
)
GUARDIAN_NAME = Column(
    "guardian_name",
    (
        "监护人姓名",
        "监护人",
        "家长姓名",
        "家长",
        "父母姓名",
        "联系人",
        "联系人姓名",
        "成员1姓名",
        "受委托照护人姓名",
        "caregiver_name",
        "member_name",
    ),
    cells.name,
)
GUARDIAN_RELATION = Column(
    "guardian_relation",
    (
        "与监护人关系",
        "监护人关系",
        "与儿童关系",
        "与学生关系",
        "监护人与儿童关系",
        "监护人与学生关系",
        "关系",
        "成员关系",
        "成员1关系",
        "受委托人与儿童关系",
        "caregiver_relation",
        "member_relation",
    ),
    cells.words,
)
GUARDIAN_ID = Column(
    "guardian_id",
    (
        "监护人证件号",
        "监护人身份号码",
        "监护人身份证号",
        "监护人身份证号码",
        "家长身份证号",
        "监护人身份证件号",
        "监护人证件号码",
        "成员身份证件号",
        "成员1身份证件号",
        "guardian_id_no",
        "member_id_no",
    ),
    cells.adult_identity,
)
PHONE = Column(
    "phone",
    (
        "联系电话",
        "电话",
        "手机号",
        "手机号码",
        "手机",
        "家长电话",
        "联系方式",
        "监护人电话",
        "监护人联系电话",
        "家长联系电话",
        "家长手机号",
        "联系人电话",
        "成员联系电话",
        "成员1联系电话",
        "受委托人电话",
        "guardian_phone",
        "member_phone",
        "caregiver_phone",
    ),
    cells.phone,
)
FATHER_NAME = Column("father_name", ("父亲姓名", "父亲", "父姓名"), cells.name)
MOTHER_NAME = Column("mother_name", ("母亲姓名", "母亲", "母姓名"), cells.name)
FATHER_ID = Column(
    "father_id",
    ("父亲身份证号", "父亲身份号码", "父亲身份证号码", "父亲证件号", "father_id_no"),
    cells.adult_identity,
)
MOTHER_ID = Column(
    "mother_id",
    ("母亲身份证号", "母亲身份号码", "母亲身份证号码", "母亲证件号", "mother_id_no"),
    cells.adult_identity,
)
HOUSEHOLD_NO = Column(
    "household_no", ("户号", "户编号", "户口簿号", "家庭编号", "household_code"), cells.code
)
HOUSEHOLD_HEAD = Column("household_head", ("户主姓名", "户主", "head_name"), cells.name)
HOUSEHOLD_HEAD_ID = Column(
    "household_head_id",
    ("户主身份证号", "户主身份号码", "户主身份证号码", "户主证件号", "head_id_no"),
    cells.adult_identity,
)
NATION = Column("nation", ("国籍", "国籍/地区", "国家地区", "nationality"), cells.words)
NAME_PINYIN = Column("name_pinyin", ("拼音姓名", "姓名拼音", "英文姓名"), cells.words)
SCHOOL_CODE = Column("school_code", ("学校标识码", "学校代码"), cells.school_code)
SCHOOL_NAME = Column(
    "school_name",
    ("学校名称", "学校", "就读学校", "所在学校", "现就读学校", "就读学校名称", "查验学校"),
    cells.words,
)
GRADE = Column("grade", ("年级", "就读年级", "所在年级", "年级班级", "年级名称"), cells.grade)
CLASS_NO = Column("class_no", ("班级", "所在班级", "班", "班级名称", "班号"), cells.class_no)
STUDENT_NO = Column(
    "student_no",
    ("学籍号", "全国学籍号", "国网学籍号", "学籍主号", "national_student_no"),
    cells.student_no,
)
_STATE_HEADINGS = ("状态", "人员状态", "在册状态", "当前状态", "status")

IDENTITY = (ROW_ID, SEQUENCE, NAME, SEX, BIRTH_DATE, ID_TYPE, ID_NO)
GUARDIAN = (GUARDIAN_NAME, GUARDIAN_RELATION, GUARDIAN_ID, PHONE)

_ALL = (
    Layout(
        roster="police_hukou",
        name="户籍学龄人口",
        side=Side.RESIDENTS,
        columns=(
            *IDENTITY,
            ETHNICITY,
            FORMER_NAME,
            HOUSEHOLD_NO,
            COMMUNITY,
            ADDRESS,
            FATHER_NAME,
            FATHER_ID,
            MOTHER_NAME,
            MOTHER_ID,
            *GUARDIAN,
            Column("state", ("户籍状态", *_STATE_HEADINGS, "hukou_status"), cells.hukou_state),
            Column("relation_to_head", ("与户主关系",), cells.words),
            HOUSEHOLD_HEAD,
            HOUSEHOLD_HEAD_ID,
            Column("move_in_date", ("迁入日期",), cells.day),
            Column("move_out_date", ("迁出日期",), cells.day),
        ),
        file_words=("户籍", "hukou", "常住", "户口"),
    ),
    Layout(
        roster="police_floating",
        name="流动学龄人口",
        side=Side.RESIDENTS,
        columns=(
            *IDENTITY,
            ETHNICITY,
            NATION,
            Column(
                "origin_area",
                ("户籍地区划", "户籍地", "来源地", "户籍地址", "户口所在地", "origin_region"),
                cells.words,
            ),
            Column("origin_region_code", ("户籍地区划代码",), cells.code),
            COMMUNITY,
            Column(
                "address",
                (
                    "地址",
                    "现住址",
                    "现居住地",
                    "居住地址",
                    "常住地址",
                    "居住地",
                    "家庭住址",
                    "详细地址",
                    "详细住址",
                ),
                cells.words,
            ),
            *GUARDIAN,
            Column("reg_date", ("登记日期", "register_date"), cells.day),
            Column("arrive_date", ("来本地日期",), cells.day),
            Column("leave_date", ("离开日期", "注销日期"), cells.day),
            Column("state", ("居住状态", *_STATE_HEADINGS), cells.floating_state),
            Column("residence_permit_no", ("居住证号",), cells.code),
        ),
        file_words=("流动", "floating", "暂住", "来晋", "随迁"),
    ),
    Layout(
        roster="school_roll",
        name="学籍名册",
        side=Side.ROLL,
        columns=(
            *IDENTITY,
            SCHOOL_CODE,
            SCHOOL_NAME,
            GRADE,
            CLASS_NO,
            STUDENT_NO,
            ETHNICITY,
            FORMER_NAME,
            NAME_PINYIN,
            NATION,
            Column(
                "home_address",
                (
                    "家庭住址",
                    "现住址",
                    "家庭地址",
                    "现居住地",
                    "居住地址",
                    "常住地址",
                    "地址",
                    "详细地址",
                    "详细住址",
                    "address",
                ),
                cells.words,
            ),
            *GUARDIAN,
            Column("enrol_date", ("入学年月", "入学日期", "entry_ym"), cells.day),
            Column(
                "state",
                ("学籍状态", "学生状态", "在读状态", *_STATE_HEADINGS, "reg_status"),
                cells.roll_state,
            ),
            Column("attend_mode", ("就读方式",), cells.words),
            Column(
                "migrant_child",
                ("是否随迁子女", "随迁子女", "是否进城务工人员随迁子女", "accompanying"),
                cells.yes_no,
            ),
        ),
        file_words=("学籍", "roll", "在校生", "学生名册", "学生花名册", "student_register"),
    ),
    Layout(
        roster="elsewhere_roll",
        name="外地就读",
        side=Side.ROLL_ELSEWHERE,
        columns=(
            *IDENTITY,
            Column("province", ("就读省份", "省份", "就读地"), cells.words),
            SCHOOL_NAME,
            GRADE,
            CLASS_NO,
            STUDENT_NO,
            Column("state", ("学生状态", "学籍状态", *_STATE_HEADINGS), cells.roll_state),
            *GUARDIAN,
        ),
        file_words=("外地", "elsewhere", "市外", "省外", "异地"),
    ),
    Layout(
        roster="deferral",
        name="缓学名单",
        side=Side.DEFERRALS,
        columns=(
            *IDENTITY,
            Column("reason", ("原因", "缓学原因", "申请原因"), cells.words),
            Column("until", ("缓学至", "缓学截止日期", "缓学期限至"), cells.day),
            COMMUNITY,
            *GUARDIAN,
        ),
        file_words=("缓学", "deferral", "延缓入学"),
    ),
    Layout(
        roster="deaths",
        name="死亡登记",
        side=Side.DEATHS,
        columns=(*IDENTITY, Column("death_date", ("死亡日期", "死亡时间"), cells.day)),
        file_words=("死亡", "death"),
    ),
    Layout(
        roster="border_exits",
        name="出入境记录",
        side=Side.EXITS,
        columns=(
            *(column for column in IDENTITY if column not in (ID_TYPE, ID_NO)),
            Column(
                "id_no",
                tuple(h for h in ID_NO.headings if h not in ("证件号码", "证件号")),
                cells.child_identity,
            ),
            NAME_PINYIN,
            Column("passport", ("护照号", "护照号码", "证件号码", "travel_doc_no"), cells.code),
            Column("exit_date", ("出境日期", "出境时间"), cells.day),
            Column("return_date", ("入境日期", "入境时间", "entry_date"), cells.day),
            Column("settled", ("是否定居",), cells.yes_no),
        ),
        file_words=("出入境", "出境", "border", "exit"),
    ),
    Layout(
        roster="disabled_cert",
        name="残疾人证持有儿童",
        side=Side.DISABLED,
        columns=(
            *IDENTITY,
            Column(
                "cert_no",
                ("残疾人证号", "残疾证号", "残疾人证号码", "残疾证号码", "disability_cert_no"),
                cells.disability_certificate,
            ),
            Column("category", ("类别", "残疾类别", "残疾类型", "disability_type"), cells.words),
            Column("degree", ("残疾等级", "等级", "disability_level"), cells.words),
            COMMUNITY,
            ADDRESS,
            *GUARDIAN,
        ),
        file_words=("残疾", "disab"),
        needs=(("name",), ("cert_no", "id_no", "birth_date")),
    ),
    Layout(
        roster="poverty",
        name="困难家庭儿童",
        side=Side.POVERTY,
        columns=(
            *IDENTITY,
            Column("category", ("类别", "困难类别", "救助类别", "relief_type"), cells.words),
            HOUSEHOLD_NO,
            HOUSEHOLD_HEAD,
            HOUSEHOLD_HEAD_ID,
            Column("relation_to_head", ("与户主关系",), cells.words),
            COMMUNITY,
            ADDRESS,
            PHONE,
        ),
        file_words=("低保", "特困", "脱贫", "贫困", "困难", "建档立卡", "poverty", "relief"),
    ),
    Layout(
        roster="left_behind",
        name="留守儿童",
        side=Side.LEFT_BEHIND,
        columns=(
            *IDENTITY,
            ETHNICITY,
            *GUARDIAN,
            Column("parents_away", ("外出父母", "外出情形", "away_type"), cells.words),
            COMMUNITY,
            ADDRESS,
            FATHER_NAME,
            MOTHER_NAME,
            SCHOOL_NAME,
            GRADE,
            STUDENT_NO,
        ),
        file_words=("留守", "left_behind", "left-behind"),
    ),
    Layout(
        roster="vaccination",
        name="预防接种",
        side=Side.VACCINATION,
        columns=(
            *IDENTITY,
            Column("child_code", ("儿童编码", "接种证号", "vacc_cert_no"), cells.code),
            MOTHER_NAME,
            FATHER_NAME,
            GUARDIAN_NAME,
            PHONE,
            COMMUNITY,
            ADDRESS,
            SCHOOL_NAME,
        ),
        file_words=("接种", "疫苗", "免疫", "vaccin"),
    ),
    Layout(
        roster="kindergarten_leavers",
        name="幼儿园毕业生",
        side=Side.KINDERGARTEN,
        columns=(
            *IDENTITY,
            Column(
                "kindergarten", ("幼儿园", "幼儿园名称", "毕业幼儿园", "所在幼儿园"), cells.words
            ),
            *GUARDIAN,
            COMMUNITY,
            ADDRESS,
        ),
        file_words=("幼儿", "kindergarten", "大班"),
    ),
)

LAYOUTS = {layout.roster: layout for layout in _ALL}
