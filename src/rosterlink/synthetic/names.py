"""Tables of names from which made-up people are drawn, and how a name is written wrongly.

The tables hold surnames and single characters, never whole names: every full name is put
together by chance. The order is the order of frequency.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import IntEnum
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


class People(IntEnum):
    """Whose way of naming a family follows."""

    HAN = 0
    UYGHUR = 1
    TIBETAN = 2
    YI = 3
    FOREIGN = 4
    KAZAKH = 5
    MONGOL = 6
    KOREAN = 7


@dataclass(frozen=True)
class NameTables:
    """How the families of a part of the country are named.

    `surnames` and the characters of given names stand in order of frequency; `flatness` says how
    even the frequencies are (a smaller one gives more namesakes); `peoples` is the share of the
    families with hukou here that are not Han, and families from elsewhere have the same mixture.
    """

    surnames: tuple[str, ...] = (*SURNAMES, *COMPOUND_SURNAMES)
    girl: tuple[tuple[str, ...], tuple[str, ...]] = (GIRL_FIRST, GIRL_SECOND)
    boy: tuple[tuple[str, ...], tuple[str, ...]] = (BOY_FIRST, BOY_SECOND)
    flatness: float = 6.0
    peoples: Mapping[People, float] = field(default_factory=dict)


def _led_by(surnames: str) -> tuple[str, ...]:
    """Return all surnames, with those that are frequent here in front."""
    return (*surnames, *(s for s in SURNAMES if s not in surnames), *COMPOUND_SURNAMES)


# A few families of every people live everywhere; the order of surnames is that of the country.
NATIONWIDE = NameTables(peoples={People.UYGHUR: 0.006, People.TIBETAN: 0.004, People.YI: 0.006})
NORTH = NameTables(
    surnames=_led_by("王张李刘赵孙杨高马郭崔于韩宋董冯贾魏吕侯邢石常尹白"),
    girl=(tuple("梓子雨佳欣一诗若可语晨思梦紫静婉书艺怡心楚依沐晓慧"),
          tuple("涵萱怡琪彤瑶婷妍欣雯桐晴然蕾琳莹颖诺溪玥馨倩宁悦")),
    boy=(tuple("子梓浩宇俊嘉一家泽博文明天晨睿思昊志云奕铭承佳书"),
         tuple("轩涵豪然泽宇博阳鑫睿航熙霖铭源晨哲昊诚硕豫瑞淇骏")),
    flatness=2.5,
    peoples={People.MONGOL: 0.01, People.KOREAN: 0.004},
)  # fmt: skip
SOUTH_COAST = NameTables(
    surnames=_led_by("陈林黄李吴郑王张蔡刘杨许谢苏叶洪曾施庄柯庐邱赖廖翁詹"),
    flatness=3.0,
    peoples={People.UYGHUR: 0.001, People.YI: 0.002},
)
SOUTHWEST = NameTables(
    surnames=_led_by("李杨张罗王刘陈周黄吴何赵唐龙徐石田韦莫覃陆潘岑农蒙"),
    flatness=4.0,
    peoples={People.YI: 0.09, People.TIBETAN: 0.04, People.UYGHUR: 0.001},
)
NORTHWEST = NameTables(
    surnames=_led_by("马王李张刘杨白丁虎哈买沙冶海摆妥喇撒"),
    flatness=4.0,
    peoples={
        People.UYGHUR: 0.22, People.KAZAKH: 0.05, People.TIBETAN: 0.03, People.MONGOL: 0.01,
    },
)  # fmt: skip
NORTHEAST = NameTables(
    surnames=_led_by("王李张刘赵孙于杨徐高马姜佟关富金崔朴南玄"),
    flatness=3.0,
    peoples={People.KOREAN: 0.06, People.MONGOL: 0.03},
)

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
KAZAKH_PARTS = words("""
    叶尔兰 阿依努尔 巴合提 加娜尔 赛力克 古丽夏 哈那提 木拉提 阿斯哈尔 沙吾列 努尔江 迪娜尔
    叶尔肯 毛吾兰 阿丽玛 胡安别克 热合曼 托列根
""")
MONGOL_PARTS = words("""
    巴图 苏日娜 那日苏 乌云 其其格 格日勒 朝鲁 布和 图雅 萨仁 哈斯 阿古拉 吉日嘎 娜仁 斯琴 高娃
    宝音 通拉嘎 苏和 特木尔
""")
KOREAN_SURNAMES = tuple("金李朴崔郑姜赵尹张林韩申权黄安全柳洪许南玄")
KOREAN_GIVEN = tuple("美英哲俊成银龙顺花善爱春日浩娜贤秀香敏智恩惠珍民永光东国")
TRANSLITERATIONS = words("""
    阿卜杜/阿布都 麦合木提/买合木提 买买提/麦麦提 古丽/姑丽 吐尔逊/吐逊 艾合买提/艾海提
    玉素甫/玉苏普 依布拉音/伊不拉音 努尔/奴尔 江/姜 热依汗/热衣汗 木合塔尔/木哈塔尔 次仁/才让
    旺堆/旺对 阿依/阿衣 迪丽/地里 库尔班/库热班 斯拉木/司拉木 买买/麦麦 凯丽/开丽 伊力/依力
    叶尔/也尔 努尔江/努江 巴合提/巴哈提 木拉提/木拉特 别克/拜克 苏日娜/苏日那 其其格/琪琪格
    乌云/乌恩 特木尔/铁木尔 朝鲁/楚鲁 吉克/吉克木 尔布/尔补 沙玛/沙马 格桑/噶桑 罗布/洛布
    央金/央宗 丹增/旦增 平措/彭措 扎西/札西 多吉/多杰 白玛/班玛 曲珍/曲真 卓玛/卓嘎
    曲比/曲别 伊力亚尔/依力亚尔 艾力/艾里
""")
FOREIGN_FAMILY = words("""
    OKAFOR LINDQVIST PETROVA HADDAD MORALES KOWALSKI DUONG SANTOS IBRAHIM TANAKA BERGER SILVA
    YILMAZ NOVAK RAHMAN CASTRO OSEI MURPHY PARK LEMAIRE
""")
FOREIGN_GIVEN = words("""
    AMARA ELIN DARIA SAMI LUCIA JAN MINH PAULO YUSUF HANA OTTO INES DENIZ MILA KARIM ROSA KOFI
    AOIFE JIWOO HUGO THEA NOAH LEILA IVAN
""")
PARTS = {
    People.UYGHUR: UYGHUR_PARTS,
    People.TIBETAN: TIBETAN_PARTS,
    People.YI: YI_PARTS,
    People.KAZAKH: KAZAKH_PARTS,
    People.MONGOL: MONGOL_PARTS,
    People.KOREAN: KOREAN_GIVEN,
    People.FOREIGN: FOREIGN_GIVEN,
}
# What a child bears of its family, before or behind its own name; others bear a parent's name.
FAMILY = {**PARTS, People.KOREAN: KOREAN_SURNAMES, People.FOREIGN: FOREIGN_FAMILY}

# Characters that are taken for one another by eye or by a scanner.
LOOK_ALIKES = words("""
    晴睛 梓辛 浩洁 怡恰 宇字 雨两 涵函 轩杆 诗待 泽择 晨震 铭铬 博傅 睿容 玥明 彤形 琪棋 欣欢
    婷停 萱宣 瑶遥 妍研 雯雪 杰木 凯剀 昊吴 逸免 辰展 俊峻 鑫金 洋详 航杭 翔详 哲誓 彬林 宸震
    柠拧 芸芝 沐休 倩情 莹萤 蕾雷 颖颍 霖霜 钰珏 未末 己已 日曰 士土 天夭 千干 人入 大太 王玉
    刘列 陈阵 张弛 李季 林材 郑邓 徐涂 孙孑 胡湖 朱未 高亮 何河 郭廓 罗萝 梁粱 宋宗 谢榭 韩朝
    唐塘 冯马 董薰 曹曾 许汗 苏办 卢庐 蔡蔺 贾贡 丁于 叶汁 余佘 潘播 杜社 汪江 田由 任仕 姜羌
    璇旋 溪漠 馨磬 昕听 晗含 烁砾 泓弘 硕顾 淇棋 骏竣 恺凯 皓浩 煜煌 焱焰 炜伟 烨华 彦颜 岚风
    芮芪 茜西 茗名 荷何 莎沙 菲非 萌明 蓓倍 薇微 茹如 妤好 姝妹 娅亚 婧靖 媛援 嫣焉 筱攸 笙生
    嘉喜 佳往 思恩 若苦 语话 静净 书韦 心必 文丈 志忘 家豕 明朋 伟佛 建健 云去
""")

# Surnames of which registers use two characters for one and the same.
SURNAME_VARIANTS = (
    "萧肖", "阎闫", "傅付", "戴代", "邱丘", "芦卢", "蓝兰", "于於", "游遊", "锺钟", "詹占", "温文",
)  # fmt: skip
# Two forms of one character of a given name (异体字), of which a machine may have only one.
VARIANTS = words("""
    峰峯 喆哲 堃坤 昇升 淼渺 村邨 群羣 强彊 略畧 棋碁 杯盃 岳嶽 昆崑 仙僊 春旾 秋秌 和龢 炯烱
    煊暄 晖暉 珍珎 碧璧 韵韻 雁鴈 菓果 珮佩 叡睿 德徳 惠恵 翠翆 奔犇 焱炎 瑶瑤 钰玉 彬斌
    烨晔 伟炜 凯恺 浩皓 灏浩 璟景 铭名 菲斐 弘宏 奕弈 晴睛 赟斌 栋楝
""")
# A wide character that a scanner reads as two.
SPLIT = words("""
    明日月 林木木 张弓长 李木子 胡古月 好女子 妍女开 娜女那 婷女亭 静青争 朋月月 雅牙隹 彬木彡
    顾厄页 刘文刂 郑关阝 陈东阝 杨木昜 钟钅中 铭钅名 锦钅帛 晴日青 晓日尧 昕日斤 旺日王 琪王其
    珊王册 玲王令 琳王林 欣斤欠 颖禾页 楠木南 桐木同 梓木辛 轩车干 佳亻圭 伟亻韦 俊亻夋 依亻衣
""")
# Sounds that speakers of the south do not tell apart.
NEAR_INITIALS = (("zh", "z"), ("ch", "c"), ("sh", "s"), ("n", "l"), ("h", "f"))
NEAR_FINALS = (("ing", "in"), ("eng", "en"), ("ang", "an"))

# Characters of given names that the tables above have not, for what a clerk hears and writes.
_OTHERS = (
    "晗涓淇硕烁谦茗茹姝妤婧菡蓓萌筱笙妘昀筠熹僖曦希溯朔硕勖栩诩旭序煦绪"
    "昱毓煜郁誉裕豫彧禹羽屿轶怿奕翊羿懿熠绎译伊漪仪宜颐彝芯莘忻昕薪锌燕砚谚琰"
    "嫣焉烟研炎泓弘宏虹洪涓鹃灏颢晧珈家茄迦峻珺君钧均珉闵纹闻炆紫籽姿孜"
)


@cache
def _by_sound() -> tuple[dict[str, str], dict[str, list[str]]]:
    """Return the sound of each character of the tables, and the characters of each sound."""
    from pypinyin import lazy_pinyin

    tables: tuple[tuple[str, ...], ...] = (
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


@cache
def variants(character: str) -> list[str]:
    return [pair.replace(character, "") for pair in VARIANTS if character in pair]


@cache
def halves() -> dict[str, str]:
    """Return what a scanner reads for each wide character."""
    return {three[0]: three[1:] for three in SPLIT}


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
