"""The fixed lists of the register."""

from __future__ import annotations

from django.db.models import TextChoices

from oosc.access.policy import DataClass


class Origin(TextChoices):
    """How a child came into the register."""

    RUN = "run", "名册比对"
    COMMUNITY = "community", "社区登记"
    SCHOOL = "school", "学校登记"
    OFFICE = "office", "教育中心登记"


class PlaceKind(TextChoices):
    """Through which of its places a child is reached; at most one of each is the present one."""

    HUKOU = "hukou", "户籍"
    RESIDENCE = "residence", "现住"
    SCHOOL = "school", "就读"


class Kind(TextChoices):
    """A circumstance that may put a child first."""

    LEFT_BEHIND = "left_behind", "留守儿童"
    ACCOMPANYING = "accompanying", "随迁子女"
    KINDERGARTEN = "kindergarten", "幼儿园毕业"
    DISABILITY = "disability", "残疾儿童"
    CHILD_OF_PWD = "child_of_pwd", "残疾人子女"
    REGISTERED_POOR = "registered_poor", "建档立卡（脱贫户）"
    DIBAO = "dibao", "低保家庭"
    TEKUN = "tekun", "特困供养"
    ORPHAN = "orphan", "孤儿、事实无人抚养"
    OTHER_AID = "other_aid", "其他困难家庭"

    @property
    def data_class(self) -> DataClass:
        """The row of the access matrix (domain §8.2) that decides who sees it."""
        return _DATA_CLASS.get(self, DataClass.AID)

    @property
    def is_restricted(self) -> bool:
        """S3R: disability and aid, which no list takes along in clear (domain §8.3)."""
        return self.data_class is not DataClass.IDENTITY


_DATA_CLASS = {
    Kind.LEFT_BEHIND: DataClass.IDENTITY,
    Kind.ACCOMPANYING: DataClass.IDENTITY,
    Kind.KINDERGARTEN: DataClass.IDENTITY,
    Kind.DISABILITY: DataClass.HEALTH,
}


class IdType(TextChoices):
    """Kinds of document, as the school roll system names them (domain §5.1)."""

    IDENTITY_CARD = "1", "居民身份证"
    HONG_KONG = "6", "香港特区护照、身份证明"
    MACAO = "7", "澳门特区护照、身份证明"
    TAIWAN = "8", "台湾居民来往大陆通行证"
    FOREIGN_RESIDENT = "9", "境外永久居住证"
    PASSPORT = "A", "护照"
    HMT_PERMIT = "hmt_permit", "港澳台居民居住证"
    HUKOU_BOOK = "hukou_book", "户口簿"
    BIRTH_CERTIFICATE = "birth_cert", "出生医学证明"
    OTHER = "Z", "其他"
    NONE = "none", "无证件"


class Relation(TextChoices):
    """Who the guardian is to the child (domain §5.1)."""

    FATHER = "父", "父"
    MOTHER = "母", "母"
    PATERNAL_GRANDFATHER = "祖父", "祖父"
    PATERNAL_GRANDMOTHER = "祖母", "祖母"
    MATERNAL_GRANDFATHER = "外祖父", "外祖父"
    MATERNAL_GRANDMOTHER = "外祖母", "外祖母"
    BROTHER = "兄", "兄"
    SISTER = "姐", "姐"
    OTHER = "其他", "其他"
    INSTITUTION = "机构", "机构"


class Masked(TextChoices):
    """What stands masked on every page until it is opened with a purpose."""

    ID_NO = "id_no", "证件号"
    STUDENT_NO = "student_no", "学籍号"
    RESIDENCE_ADDRESS = "residence_address", "现住址"
    HUKOU_ADDRESS = "hukou_address", "户籍地址"
    GUARDIAN_ID_NO = "guardian_id_no", "监护人证件号"
    GUARDIAN_PHONE = "guardian_phone", "监护人电话"

    @property
    def data_class(self) -> DataClass:
        return {
            Masked.ID_NO: DataClass.ID_NUMBER,
            Masked.STUDENT_NO: DataClass.ID_NUMBER,
            Masked.GUARDIAN_ID_NO: DataClass.GUARDIAN,
        }.get(self, DataClass.CONTACT)

    @property
    def is_of_guardian(self) -> bool:
        return self in {Masked.GUARDIAN_ID_NO, Masked.GUARDIAN_PHONE}


class Purpose(TextChoices):
    """What an officer opens masked content for."""

    VERIFY = "verify", "核查就学情况"
    PERSUADE = "persuade", "劝返复学"
    CONTACT = "contact", "联系监护人"
    CORRECT = "correct", "核对、更正信息"
    LETTER = "letter", "制作文书"
    AID = "aid", "申办救助、资助"
    ANSWER = "answer", "答复监护人查询"


class RequestState(TextChoices):
    """How far a request to see (申请查看) has come."""

    ASKED = "asked", "待批准"
    GRANTED = "granted", "已批准"
    DENIED = "denied", "未批准"
    WITHDRAWN = "withdrawn", "已撤回"
