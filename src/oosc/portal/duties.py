"""Every clause of the notice: whom it binds, in which words, and where it is done.

The home page shows each office its own. `route` names the page; without one the clause is not
built, and `meanwhile` tells the officer what to do until it is. With one, `meanwhile` says what
is still done outside. The words are our summary (摘要) until an office enters its document's.
"""

from __future__ import annotations

from dataclasses import dataclass

from oosc.access.roles import Role
from oosc.kernel.notice import BODIES, NUMERALS

R = Role
EVERYONE = tuple(role for role in Role if role not in {R.COUNTY, R.AUDIT, R.SYS, R.SECADMIN})


@dataclass(frozen=True)
class Duty:
    """One clause or sub-item. `id` is how code, tests and documents cite it."""

    id: str
    words: str
    roles: tuple[Role, ...]
    route: str | None = None
    meanwhile: str = ""

    @property
    def body(self) -> str:
        """The body of the notice, as it is called there."""
        return BODIES[self.id[:2]]

    @property
    def numeral(self) -> str:
        """The clause's number as the notice writes it: SQ-2a is 二."""
        return NUMERALS[int(self.id[3])]

    @property
    def heading(self) -> str:
        """How `docs/notice.md` heads it: SQ-2a 社区居委会（二）."""
        return f"{self.id} {self.body}（{self.numeral}）"

    @property
    def is_built(self) -> bool:
        return self.route is not None


def duties_of(role: str) -> list[Duty]:
    """Return the clauses that bind a role, in the order of the notice."""
    return [duty for duty in DUTIES if role in duty.roles]


# What to do meanwhile, where several clauses wait for the same room.
MEETINGS = "会议通知、议题和纪要照常印发，由党政综合办公室留存。"
LETTERS_OF_RESPONSIBILITY = "责任书、责任状照常用纸质签订，由教育中心汇总。"
APPRAISAL = "照上年办法考核、督查，材料由教育中心留存。"
LETTERS = "照现用文书办理，送达回证和回执随纸质档案保存。"
PERSUASION = "劝返情况记在现用表格上，随纸质档案保存，每月报教育中心。"
AID = "照现行办法书面转办，办理结果告知社区和学校。"
INSPECTIONS = "检查照现用表格记录，由本单位留存；涉及儿童的，当日告知教育中心。"
ACTIVITIES = "活动和宣传照现用表格记录，由本单位留存。"
RETURNS = "照教育中心现用表格按期报送。"
PLANS = "文件照常制定、印发，由教育中心留存。"
PLACEMENT = "照现行办法办理，名单和结果书面告知教育中心。"
UNITED_FRONT = "按统战工作规定单独办理，只把是否办结告知教育中心。"

DUTIES = (
    Duty(
        "GW-1",
        "依据国家、省、市、县五件控辍保学文件：国办发〔2017〕72号、闽教基〔2018〕43号、泉政教督〔2019〕18号、晋政办网传〔2019〕8号、闽教基〔2023〕19号。",
        (R.OFFICE,),
        meanwhile="文件已列入本平台的条款摘要；原文由党政综合办公室留存。",
    ),
    Duty(
        "GW-2",
        "主送各社区居委会、各中小学和有关单位，抄送市教育局，由街道党政综合办公室当日印发。",
        (R.OFFICE,),
        meanwhile="文件已列入本平台的条款摘要；原文由党政综合办公室留存。",
    ),
    Duty(
        "GW-3",
        "因人员变动，调整义务教育控辍保学工作领导小组。",
        (R.OFFICE,),
        "members:group",
        meanwhile="调整通知的正文照公文流程办理。",
    ),
    Duty("ZZ-1", "组长一人，由社会事务服务中心主任担任。", (R.OFFICE,), "members:group"),
    Duty(
        "ZZ-2",
        "副组长六人：派出所一名副所长、辖区两所中学的校长或副校长、教育中心主任、两所实验小学的校长。",
        (R.OFFICE,),
        "members:group",
    ),
    Duty(
        "ZZ-3",
        "成员十二人，来自党建办〔统战〕、社会事务办〔民政〕、劳务所、乡村振兴服务科、社会事务办、市场监管所、综合执法队、团工委、妇联、党政办（兼文体服务科）、司法所、教育中心；一人可以兼任。",
        (R.OFFICE,),
        "members:group",
    ),
    Duty("ZZ-4", "各社区的书记和分管专干。", (R.OFFICE,), "members:group"),
    Duty("ZZ-5", "各基层小学校长。", (R.OFFICE,), "members:group"),
    Duty(
        "JZ-1",
        "坚持属地管理、分级负责，大力扶持、精准控辍。",
        (
            R.LEAD,
            R.EDU,
        ),
        "parameters:list",
    ),
    Duty(
        "JZ-2",
        "建立多部门联控联保的工作机制。",
        (R.EDU,),
        meanwhile="需要多部门办的事，照常以书面或电话协调，由教育中心登记。",
    ),
    Duty(
        "JZ-3",
        "领导小组制定控辍保学工作方案。",
        (
            R.LEAD,
            R.EDU,
        ),
        meanwhile=PLANS,
    ),
    Duty("JZ-4", "落实政府行为和各部门责任。", EVERYONE, "portal:home"),
    Duty(
        "JZ-5",
        "定期或不定期召开会议，必要时临时召开。",
        (
            R.OFFICE,
            R.EDU,
        ),
        meanwhile=MEETINGS,
    ),
    Duty("JZ-6", "会议议题由教育中心收集。", (R.EDU,), meanwhile=MEETINGS),
    Duty(
        "JZ-7",
        "议题和议定事项由教育中心印发各成员单位和有关方面贯彻落实。",
        (
            R.EDU,
            R.OFFICE,
        ),
        meanwhile=MEETINGS,
    ),
    Duty(
        "SD-1a",
        "牵头成立由分管领导任组长、十五类部门参加的领导小组。",
        (
            R.OFFICE,
            R.LEAD,
        ),
        "members:group",
        meanwhile="调整通知的正文照公文流程办理。",
    ),
    Duty(
        "SD-1b",
        "制定控辍保学工作方案。",
        (
            R.LEAD,
            R.EDU,
        ),
        meanwhile=PLANS,
    ),
    Duty(
        "SD-1c",
        "建立失学辍学儿童和未入学适龄残疾儿童的劝返长效机制。",
        (
            R.EDU,
            R.COMM,
            R.SCHOOL,
        ),
        meanwhile="疑似核查已在台账办理；劝返和安置照现行办法办理。",
    ),
    Duty(
        "SD-2a",
        "实行目标管理责任制，层层签订责任书，逐级分解目标任务。",
        (
            R.EDU,
            R.LEAD,
        ),
        meanwhile=LETTERS_OF_RESPONSIBILITY,
    ),
    Duty(
        "SD-2b",
        "建立入学联控联保机制，及时解决问题。",
        (
            R.EDU,
            R.LEAD,
        ),
        meanwhile="需要多部门办的事，照常以书面或电话协调，由教育中心登记。",
    ),
    Duty("SD-3a", "建立、完善考核机制。", (R.EDU,), meanwhile=APPRAISAL),
    Duty(
        "SD-3b",
        "适时开展督查。",
        (
            R.LEAD,
            R.EDU,
        ),
        meanwhile=APPRAISAL,
    ),
    Duty(
        "SD-3c",
        "把控辍保学纳入各社区、有关部门的目标管理和年度考核。",
        (R.EDU,),
        meanwhile=APPRAISAL,
    ),
    Duty(
        "SD-4",
        "突出重点对象——建档立卡贫困家庭子女、残疾儿童、随迁子女、留守儿童、残疾人子女等，保障其接受并完成九年义务教育。",
        (
            R.EDU,
            R.CIVIL,
            R.RURAL,
        ),
        meanwhile="重点对象名单可先作为花名册交来；完成情况照现用表格统计。",
    ),
    Duty(
        "SQ-1a",
        "组织辖区适龄儿童少年入学。",
        (R.COMM,),
        "schooling:enrolled",
        meanwhile="招生报名照现行办法办理。",
    ),
    Duty(
        "SQ-1b",
        "向相关学校提供适龄儿童信息，作为招生依据。",
        (R.COMM,),
        meanwhile="照现行办法向对口学校提供名单。",
    ),
    Duty(
        "SQ-1c",
        "建立当学年度适龄人口的入学花名册和未入学花名册。",
        (R.COMM,),
        "schooling:not_enrolled",
    ),
    Duty(
        "SQ-2a",
        "联合学校核查全部适龄儿童的就学情况，入户查明每一位失学辍学儿童的状况，摸清人员底数。",
        (R.COMM,),
        "cases:ledger",
    ),
    Duty("SQ-2b", "建立失学辍学儿童工作台账。", (R.COMM,), "cases:ledger"),
    Duty("SQ-2c", "做好劝返复学。", (R.COMM,), meanwhile=PERSUASION),
    Duty("SQ-2d", "劝返复学情况及时上报教育部门。", (R.COMM,), meanwhile=PERSUASION),
    Duty("SQ-3a", "配合残疾儿童的筛查、鉴定、办证和教育安置。", (R.COMM,), meanwhile=PLACEMENT),
    Duty(
        "SQ-3b",
        "督促因故需要延缓入学的儿童的父母（法定监护人）申请办理缓学手续。",
        (R.COMM,),
        meanwhile=LETTERS,
    ),
    Duty("SQ-3c", "建立残疾儿童花名册。", (R.COMM,), "rosters:receive"),
    Duty("SQ-4a", "督促家长送适龄子女按时入学。", (R.COMM,), meanwhile=PERSUASION),
    Duty("SQ-4b", "对无正当理由不送子女入学的，发送入学通知书。", (R.COMM,), meanwhile=LETTERS),
    Duty("SQ-4c", "对仍不送的，依法给予批评教育。", (R.COMM,), meanwhile=LETTERS),
    Duty("SQ-4d", "批评教育无效的，责令限期送子女入学。", (R.COMM,), meanwhile=LETTERS),
    Duty("SQ-4e", "拒不整改的，报告司法部门进行法制宣传教育。", (R.COMM,), meanwhile=LETTERS),
    Duty("SQ-5", "协调困难学生家庭的救助。", (R.COMM,), meanwhile=AID),
    Duty(
        "SQ-6a",
        "追踪举家外出、搬迁但户籍仍在的家庭，保持联系渠道畅通，建立专门台账。",
        (R.COMM,),
        meanwhile="举家外出台账照现用表格填写，每学期联系一次。",
    ),
    Duty("SQ-6b", "建立农村留守儿童台账。", (R.COMM,), "rosters:receive"),
    Duty("JY-1a", "落实入学、复学、保学的制度和政策。", (R.EDU,), meanwhile=PLANS),
    Duty(
        "JY-1b",
        "统筹协调复学学生的入学安置。",
        (R.EDU,),
        meanwhile="安置和学籍异动照现行办法办理，由就读学校建学籍。",
    ),
    Duty(
        "JY-1c",
        "返校学生由就读学校全部纳入学籍管理。",
        (R.SCHOOL,),
        meanwhile="安置和学籍异动照现行办法办理，由就读学校建学籍。",
    ),
    Duty(
        "JY-2a",
        "用教育事业统计和学籍管理系统掌握适龄儿童入学情况。",
        (R.EDU,),
        "linkage:runs",
        meanwhile="教育事业统计基表的逐级核对照现用表格办理。",
    ),
    Duty(
        "JY-2b",
        "建立年度适龄儿童未入学、失学辍学人员的具体台账。",
        (R.EDU,),
        "schooling:not_enrolled",
    ),
    Duty("JY-2c", "及时反馈街道办事处和教育局。", (R.EDU,), meanwhile=RETURNS),
    Duty(
        "JY-3",
        "落实辍学学生劝返复学、登记与书面报告制度。",
        (
            R.EDU,
            R.SCHOOL,
        ),
        meanwhile=PERSUASION,
    ),
    Duty(
        "JY-4a",
        "督促学校建立关爱帮扶机制，对学习困难学生个性化辅导。",
        (
            R.EDU,
            R.SCHOOL,
        ),
        meanwhile="帮扶和辅导照学校现用办法记录。",
    ),
    Duty(
        "JY-4b",
        "做好残疾儿童的教育安置：随班就读、特教班、送教上门。",
        (R.EDU,),
        meanwhile=PLACEMENT,
    ),
    Duty(
        "JY-5a",
        "做好疑似核查、劝返复学的统计。",
        (R.EDU,),
        "linkage:runs",
        meanwhile="劝返复学的统计照现用表格办理。",
    ),
    Duty(
        "JY-5b",
        "台账动态更新，实行销号管理。",
        (R.EDU,),
        "cases:ledger",
        meanwhile="返校后的稳定观察和销号照现行办法审批。",
    ),
    Duty("JY-5c", "建立控辍保学工作台账。", (R.EDU,), meanwhile=RETURNS),
    Duty(
        "TZ-1a", "对失学儿童少年入寺入教的情况进行核查。", (R.UNITED_FRONT,), meanwhile=UNITED_FRONT
    ),
    Duty("TZ-1b", "做好法治宣传和思想工作。", (R.UNITED_FRONT,), meanwhile=UNITED_FRONT),
    Duty("TZ-1c", "督促其尽快返校复学。", (R.UNITED_FRONT,), meanwhile=UNITED_FRONT),
    Duty(
        "GA-1",
        "提供学龄人口数据：户籍人口、流动人口、户籍人口出入境。",
        (R.POLICE,),
        "rosters:receive",
    ),
    Duty("GA-2a", "加强校园周边环境综合治理。", (R.POLICE,), meanwhile=INSPECTIONS),
    Duty(
        "GA-2b",
        "对扰乱学校秩序、殴打侮辱学生、校园欺凌等违法犯罪严厉打击，从重处理。",
        (R.POLICE,),
        meanwhile=INSPECTIONS,
    ),
    Duty(
        "MZ-1",
        "制定贫困生、贫困残疾儿童、留守儿童的关爱保护救助办法。",
        (R.CIVIL,),
        meanwhile=PLANS,
    ),
    Duty(
        "MZ-2a",
        "把符合条件的纳入社会救助，建档立卡，开展补助。",
        (R.CIVIL,),
        "rosters:receive",
        meanwhile="救助结果照现行办法办理。",
    ),
    Duty("MZ-2b", "牵头协调留守儿童的关爱和救助。", (R.CIVIL,), meanwhile=AID),
    Duty("MZ-3a", "定期普查统计各类残疾儿童和各年龄段的数量。", (R.CIVIL,), meanwhile=PLACEMENT),
    Duty(
        "MZ-3b",
        "每年上半年把已办第二代残疾人证的学龄儿童花名册通报教育部门。",
        (R.CIVIL,),
        "rosters:receive",
    ),
    Duty("MZ-3c", "协助残疾儿童入学和失学残疾儿童劝返。", (R.CIVIL,), meanwhile=PERSUASION),
    Duty(
        "MZ-4", "对因重大疾病或残疾无法入学的，做好证件注册和救助发放。", (R.CIVIL,), meanwhile=AID
    ),
    Duty("MZ-5a", "配合制定残疾儿童少年特殊教育规划。", (R.CIVIL,), meanwhile=PLANS),
    Duty(
        "MZ-5b",
        "组织实施残疾儿童少年特殊教育规划。",
        (
            R.CIVIL,
            R.EDU,
        ),
        meanwhile=PLANS,
    ),
    Duty("MZ-6a", "配合抓好特殊教育，做好送教上门。", (R.CIVIL,), meanwhile=PLACEMENT),
    Duty("MZ-6b", "关心残疾儿童少年的学习和生活，帮助解决困难和问题。", (R.CIVIL,), meanwhile=AID),
    Duty(
        "SF-1a",
        "做好《义务教育法》宣传，营造学法守法用法的氛围。",
        (R.JUSTICE,),
        meanwhile=ACTIVITIES,
    ),
    Duty("SF-1b", "做好法律援助。", (R.JUSTICE,), meanwhile=AID),
    Duty(
        "SF-2a",
        "对社区上报的、经批评教育仍不送子女入学的家长（法定监护人）下达司法文书，依法督促其尽早送子女入学复学。",
        (R.JUSTICE,),
        meanwhile=LETTERS,
    ),
    Duty("SF-2b", "情节严重或构成犯罪的，依法追责。", (R.JUSTICE,), meanwhile=LETTERS),
    Duty(
        "LD-1a",
        "对辖区企业、个体经营户等用工单位定期或不定期检查。",
        (R.LABOR,),
        meanwhile=INSPECTIONS,
    ),
    Duty("LD-1b", "对非法招用未满十六周岁者的，责令立即辞退。", (R.LABOR,), meanwhile=INSPECTIONS),
    Duty("LD-1c", "做好跟踪督查。", (R.LABOR,), meanwhile=INSPECTIONS),
    Duty("LD-1d", "同时对用人单位和个人依法进行处罚。", (R.LABOR,), meanwhile=INSPECTIONS),
    Duty(
        "XC-1",
        "把建档立卡家庭辍学失学儿童的核查纳入扶贫工作安排。",
        (R.RURAL,),
        "rosters:receive",
        meanwhile="核查结果照现用表格填写。",
    ),
    Duty(
        "XC-2a",
        "对建档立卡等家庭经济困难学生，以及非建档立卡的家庭经济困难残疾儿童、低保家庭学生、特困救助供养学生，优先帮扶、精准扶贫。",
        (
            R.RURAL,
            R.CIVIL,
        ),
        meanwhile=AID,
    ),
    Duty(
        "XC-2b",
        "确保适龄儿童不因家庭经济困难而失学辍学。",
        (
            R.RURAL,
            R.EDU,
        ),
        meanwhile=RETURNS,
    ),
    Duty("WT-1a", "协同禁止在学校周围 200 米内设网吧。", (R.CULTURE,), meanwhile=INSPECTIONS),
    Duty("WT-1b", "依法查处接纳未成年人的网吧。", (R.CULTURE,), meanwhile=INSPECTIONS),
    Duty(
        "WT-2a", "协同取缔兜售非法出版物的游商和无证照摊点。", (R.CULTURE,), meanwhile=INSPECTIONS
    ),
    Duty("WT-2b", "查处制售淫秽色情、凶杀暴力出版物的行为。", (R.CULTURE,), meanwhile=INSPECTIONS),
    Duty(
        "WJ-1a",
        "为儿童少年提供必要的卫生保健条件，积极防治常见病、多发病。",
        (R.HEALTH,),
        meanwhile=INSPECTIONS,
    ),
    Duty(
        "WJ-1b",
        "落实预防接种证制度。",
        (
            R.HEALTH,
            R.SCHOOL,
        ),
        "rosters:receive",
        meanwhile="新生接种证查验率照现用表格统计。",
    ),
    Duty("WJ-1c", "加强对传染病防治工作的指导和监督管理。", (R.HEALTH,), meanwhile=INSPECTIONS),
    Duty(
        "WJ-2a",
        "指定有资质的医疗机构，会同社会事务办、学校定期开展残疾儿童筛查鉴定。",
        (
            R.HEALTH,
            R.CIVIL,
            R.SCHOOL,
        ),
        meanwhile=PLACEMENT,
    ),
    Duty(
        "WJ-2b",
        "鉴定结果及时报送残联和教育部门，作为办证、入学的依据。",
        (R.HEALTH,),
        meanwhile=PLACEMENT,
    ),
    Duty("WJ-3", "配合送教上门、送医上门，做好康复训练。", (R.HEALTH,), meanwhile=PLACEMENT),
    Duty(
        "SC-1",
        "对非法招用未满十六周岁者、情节严重的，吊销营业执照。",
        (R.MARKET,),
        meanwhile=INSPECTIONS,
    ),
    Duty("SC-2", "配合取缔学校周围 200 米内擅设的网吧。", (R.MARKET,), meanwhile=INSPECTIONS),
    Duty("SC-3", "配合取缔游商和无证照摊点。", (R.MARKET,), meanwhile=INSPECTIONS),
    Duty("SC-4a", "做好学校及周边的食品卫生安全监管。", (R.MARKET,), meanwhile=INSPECTIONS),
    Duty("SC-4b", "查处非法经营的小卖部。", (R.MARKET,), meanwhile=INSPECTIONS),
    Duty("SC-4c", "对未佩戴信息登记公示卡的饮食摊点责令改正。", (R.MARKET,), meanwhile=INSPECTIONS),
    Duty(
        "ZF-1",
        "整治校园周边200米内的流动摊贩、占道摊点、夜市摊点、出店经营、乱堆乱放、乱扯乱挂、违章搭建、环卫保洁、市容环卫等问题。",
        (R.ENFORCEMENT,),
        meanwhile=INSPECTIONS,
    ),
    Duty(
        "TF-1a",
        "团工委积极开展留守儿童等弱势学生群体的关爱活动。",
        (R.YOUTH,),
        meanwhile=ACTIVITIES,
    ),
    Duty(
        "TF-1b",
        "妇工委（妇联）积极开展留守儿童等弱势学生群体的关爱活动。",
        (R.YOUTH,),
        meanwhile=ACTIVITIES,
    ),
    Duty("XX-1a", "实行控辍保学校长责任制。", (R.SCHOOL,), meanwhile=LETTERS_OF_RESPONSIBILITY),
    Duty(
        "XX-1b",
        "把控辍目标落实到班级，责任到人。",
        (R.SCHOOL,),
        meanwhile=LETTERS_OF_RESPONSIBILITY,
    ),
    Duty(
        "XX-1c",
        "每学年同各班主任签订控辍目标责任状。",
        (
            R.SCHOOL,
            R.TEACHER,
        ),
        meanwhile=LETTERS_OF_RESPONSIBILITY,
    ),
    Duty("XX-2a", "实行辍学报告制度。", (R.SCHOOL,), meanwhile=RETURNS),
    Duty(
        "XX-2b",
        "建立、完善劝返复学、登记与书面报告制度，配合相关部门核查劝返。",
        (R.SCHOOL,),
        "cases:ledger",
        meanwhile="辍学报告书照现用格式书面报送。",
    ),
    Duty("XX-2c", "加强家校联系。", (R.TEACHER,), meanwhile="家访和联系照班主任现用记录。"),
    Duty(
        "XX-3a",
        "动态监测学生到校情况，在学籍系统做好辍学学生标注登记，规范学籍管理。",
        (R.SCHOOL,),
        "rosters:receive",
        meanwhile="每日考勤和学籍系统标注照现行办法办理。",
    ),
    Duty(
        "XX-3b",
        "重点监测随迁子女、留守儿童、残疾儿童、家庭经济困难适龄儿童、服刑人员未成年子女。",
        (R.SCHOOL,),
        meanwhile="重点学生由学校照现行办法掌握；限制级信息不录入平台。",
    ),
    Duty("XX-3c", "防止空挂学籍和中途辍学。", (R.SCHOOL,), "linkage:runs"),
    Duty(
        "XX-4", "配合街道、居委会核查失学辍学、未入学残疾儿童并劝返。", (R.SCHOOL,), "cases:ledger"
    ),
    Duty(
        "XX-5",
        "初中三年巩固率达到规定要求。",
        (
            R.SCHOOL,
            R.EDU,
        ),
        meanwhile=RETURNS,
    ),
)

BY_ID = {duty.id: duty for duty in DUTIES}
