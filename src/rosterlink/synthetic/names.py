"""Tables of names from which made-up people are drawn, and how a name is written wrongly.

The tables hold surnames and single characters, never whole names: every full name is put
together by chance. The order is the order of frequency.
"""

from collections.abc import Callable
from functools import cache


def words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


# The hundred most frequent surnames and some rare ones, as every almanac of surnames has them.
SURNAMES = tuple(
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜"
    "范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文庞樊兰殷施陶洪翟安颜倪严牛温芦季俞章鲁葛伍"
    "柯纪庄连柳涂卓宁齐欧凌霍游阮成詹辜甘简覃单佘仇解查冼邝蓝荻芷葵桑晏阙鄢竺郗郇逄亓芈"
)
COMPOUND_SURNAMES = ("欧阳", "上官", "司马", "诸葛", "夏侯", "东方", "皇甫", "尉迟", "公孙", "令狐")

GIRL_FIRST = tuple(
    "雨子欣诗思梓佳嘉梦晓静雅若可紫语艺婉书怡心悦曼芷依沐慧文晨清芸玥楚亦乐采念溪锦以灵妍潇柔宛知"
    "秋雪春夏映舒安宁妙湘蕴一美丹明珂歆沁颜琪凝桐岚霏"
)
GIRL_SECOND = tuple(
    "涵怡萱琪彤瑶婷妍悦欣雯晴然桐蕾琳莹妮洁菲颖蓉璇颜诺芸溪玥雪宁馨岚歆倩薇茜苒柠珊霖语心乐熙媛"
    "楠月筠荷黛霏澜冉纯漫禾禧娴璟瑜静"
)
BOY_FIRST = tuple(
    "子浩宇俊梓嘉文志家泽一明博睿天晨伟建思逸承云昊景皓铭瑞启佳宏君柏书奕振锦鸿霖星沐凯展立永世远钰"
    "煜靖鹏卓翰恒彦旭晟弘修昕炜勋牧望亦屹绍行"
)
BOY_SECOND = tuple(
    "轩宇涵豪然杰泽辰阳鑫博睿航熙霖铭源晨哲凯昊彬诚翔豫瑞楷渊骏恒宸乐毅勋川桓林远舟峰焕琛屿烨煊墨岩"
    "朗安洋鹏铄栋澄凡维驰韬曜"
)
WOMAN_FIRST = tuple("丽秀美玉雪小春桂晓海红艳淑金彩玲慧文建素月凤兰惠爱翠燕雅秋云婷碧巧")
WOMAN_SECOND = tuple("芳丽娟敏静英霞红玲燕梅兰萍花珍莉琴云香清凤娜蓉琼珠芬艳婷莲平妹贞")
MAN_FIRST = tuple("建志国文海伟永金明小晓家春世荣德少清俊剑成光树福庆宗水天东新江长振良")
MAN_SECOND = tuple("强伟军平明华勇斌辉杰峰龙林波生福荣春东文山忠良亮涛刚成清坤河贵木泉祥民")

# Names of other peoples: parts that are put together, with the other ways of writing each.
UYGHUR_PARTS = words("""
    阿卜杜拉 麦合木提 艾力 买买提 吐尔逊 阿依古丽 古丽娜尔 木合塔尔 热依汗 帕提古丽 艾合买提
    玉素甫 依布拉音 迪丽努尔 祖丽菲娅 阿里木江 卡米力 赛买提 努尔兰 米热古丽 伊力亚尔 夏依旦
    库尔班 斯拉木 凯丽比努尔 阿孜古丽 亚森 萨迪克 麦丽开 如孜
""")
TIBETAN_PARTS = words("""
    扎西 多吉 卓玛 次仁 旺堆 白玛 央金 达瓦 尼玛 拉姆 丹增 格桑 曲珍 平措 罗布 仓决
""")
YI_PARTS = words("""
    阿木 吉克 沙玛 曲比 木果 日洛 伍呷 阿依 尔布 拉则 莫色 支格
""")
TRANSLITERATIONS = words("""
    阿卜杜/阿布都 麦合木提/买合木提 买买提/麦麦提 古丽/姑丽 吐尔逊/吐逊 艾合买提/艾海提
    玉素甫/玉苏普 依布拉音/伊不拉音 努尔/奴尔 江/姜 热依汗/热衣汗 木合塔尔/木哈塔尔 次仁/才让
    旺堆/旺对 白玛/班玛 曲珍/曲真 卓玛/卓嘎 曲比/曲别 伊力亚尔/依力亚尔 艾力/艾里
""")
FOREIGN_FAMILY = words("""
    OKAFOR LINDQVIST PETROVA HADDAD MORALES KOWALSKI DUONG SANTOS IBRAHIM TANAKA BERGER SILVA
    YILMAZ NOVAK RAHMAN CASTRO OSEI MURPHY PARK LEMAIRE
""")
FOREIGN_GIVEN = words("""
    AMARA ELIN DARIA SAMI LUCIA JAN MINH PAULO YUSUF HANA OTTO INES DENIZ MILA KARIM ROSA KOFI
    AOIFE JIWOO HUGO THEA NOAH LEILA IVAN
""")
PET_SYLLABLES = ("小", "阿", "大")

# Characters that are taken for one another by eye or by a scanner.
LOOK_ALIKES = words("""
    晴睛 梓辛 浩洁 怡恰 宇字 雨两 涵函 轩杆 诗待 泽择 晨震 铭铬 博傅 睿容 玥明 彤形 琪棋 欣欢
    婷停 萱宣 瑶遥 妍研 雯雪 杰木 凯剀 昊吴 逸免 辰展 俊峻 鑫金 洋详 航杭 翔详 哲誓 彬林 宸震
    柠拧 芸芝 沐休 倩情 莹萤 蕾雷 颖颍 霖霜 钰珏 未末 己已 日曰 士土 天夭 千干 人入 大太 王玉
    刘列 陈阵 张弛 李季 林材 郑邓 徐涂 孙孑 胡湖 朱未 高亮 何河 郭廓 罗萝 梁粱 宋宗 谢榭 韩朝
    唐塘 冯马 董薰 曹曾 许汗 苏办 卢庐 蔡蔺 贾贡 丁于 叶汁 余佘 潘播 杜社 汪江 田由 任仕 姜羌
    嘉喜 佳往 思恩 若苦 语话 静净 书韦 心必 文丈 志忘 家豕 明朋 伟佛 建健 云去
""")

# Surnames of which registers use two characters for one and the same.
SURNAME_VARIANTS = ("萧肖", "阎闫", "傅付", "戴代", "邱丘", "芦卢")
NEAR_FINALS = (("ing", "in"), ("eng", "en"), ("ang", "an"))
# Sounds that speakers of the south do not tell apart.
NEAR_INITIALS = (("zh", "z"), ("ch", "c"), ("sh", "s"), ("n", "l"), ("h", "f"))
NEAR_FINALS = (("ing", "in"), ("eng", "en"), ("ang", "an"))

# Characters of given names that the tables above have not, for what a clerk hears and writes.
_OTHERS = (
    "昱毓煜郁誉裕豫彧禹羽屿轶怿奕翊羿懿熠绎译伊漪仪宜颐彝芯莘忻昕薪锌燕砚谚琰"
    "嫣焉烟研炎泓弘宏虹洪涓鹃灏颢晧珈家茄迦峻珺君钧均珉闵纹闻炆紫籽姿孜"
)


@cache
def _by_sound() -> tuple[dict[str, str], dict[str, list[str]]]:
    """Return the sound of each character of the tables, and the characters of each sound."""
    from pypinyin import lazy_pinyin

    tables = (
        SURNAMES, GIRL_FIRST, GIRL_SECOND, BOY_FIRST, BOY_SECOND,
        WOMAN_FIRST, WOMAN_SECOND, MAN_FIRST, MAN_SECOND,
    )  # fmt: skip
    characters = sorted({c for table in tables for c in table} | set(_OTHERS))
    sounds = {c: lazy_pinyin(c)[0] for c in characters}
    groups: dict[str, list[str]] = {}
    for character, sound in sounds.items():
        groups.setdefault(sound, []).append(character)
    return sounds, groups


@cache
def same_sound(character: str) -> list[str]:
    """Return the other characters of the tables that sound the same."""
    sounds, groups = _by_sound()
    return [c for c in groups.get(sounds.get(character, ""), []) if c != character]


@cache
def near_sound(character: str) -> list[str]:
    """Return characters whose sound differs in one way that a southern ear does not hear."""
    sounds, groups = _by_sound()
    sound = sounds.get(character, "")
    heard = {
        other + sound[len(one) :]
        for a, b in NEAR_INITIALS
        for one, other in ((a, b), (b, a))
        if sound.startswith(one)
    } | {
        sound[: -len(one)] + other
        for a, b in NEAR_FINALS
        for one, other in ((a, b), (b, a))
        if sound.endswith(one)
    }
    return sorted({c for near in heard for c in groups.get(near, [])} - {character})


@cache
def look_alikes(character: str) -> list[str]:
    return [pair.replace(character, "") for pair in LOOK_ALIKES if character in pair]


def sound_of(name: str) -> str:
    """Return a name in Latin letters without tones or spaces, as a passport writes it."""
    return "".join(map(_letters, name.replace("·", "")))


@cache
def _letters(character: str) -> str:
    from pypinyin import lazy_pinyin

    return "".join(lazy_pinyin(character)).upper()


def traditional(name: str) -> str:
    return _to_traditional()(name)


@cache
def _to_traditional() -> Callable[[str], str]:
    from opencc import OpenCC

    convert: Callable[[str], str] = OpenCC("s2t").convert
    return convert
