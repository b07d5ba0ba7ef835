"""Realistic replies to a notification, grouped by what makes them hard to decode."""

from enum import StrEnum
import random

SIZE = 260
"""Replies of each kind."""


class Kind(StrEnum):
    """The script of a reply."""

    CHINESE = "chinese"
    SHORT = "short chinese"
    ENGLISH = "english"
    TRADITIONAL = "traditional chinese"
    RARE = "rare characters"
    MIXED = "mixed"
    UNITS = "units and signs"
    ACCENTS = "accents"
    EMOJI = "emoji"


_SURNAMES = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢"
_GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰涛明超霞平刚桂英华玉兰红建国志文斌宇浩凯健俊帆雪梅楠鹏飞莉玲婷慧莹颖晨阳佳欣怡悦琳"
_RARE = "镕喆堃珺玥翀赟犇淼焱昇甯璟煊彧翾頔晞嫚曌旸煜䶮㛃𠮷𤧛"
_PLACES = [
    "门口",
    "楼下",
    "公司",
    "家里",
    "学校",
    "医院",
    "车站",
    "北京",
    "上海",
    "地下室",
    "厨房",
    "客厅",
    "阳台",
    "仓库",
    "机房",
]
_CHINESE = (
    "{name}，收到，马上过来",
    "我在{place}，{n}分钟后到",
    "谢谢{name}，已经处理好了",
    "请联系{name}，电话{mobile}",
    "{place}的水管漏水了，请尽快派人来修",
    "今天{n}点开会，地点在{place}",
    "好的，明天上午{n}点见",
    "{place}门没有关，麻烦看一下",
    "不用了，我自己去{place}拿",
    "余额还有{n}元，够用{n}天",
    "验证码是{code}，请勿告诉他人",
    "温度{n}度，湿度{n}%，一切正常",
    "{name}已经到{place}了吗？",
    "哈哈，太好了！{name}也来",
    "取消{n}号的预约，谢谢",
    "第{n}章第{n}节：\n1、关灯；2、锁门",
    "快递放{place}就行【{name}】",
    "“{place}”的报警已解除——{name}",
)
_SHORT = (
    *[
        "是",
        "否",
        "好",
        "行",
        "对",
        "谢谢",
        "收到",
        "好的",
        "可以",
        "不行",
        "没有",
        "没",
        "忙",
        "去",
        "来",
        "到了",
        "在",
        "不在",
        "同意",
        "退订",
        "确认",
        "取消",
        "知道了",
        "明白",
        "稍等",
        "马上",
        "路上",
        "到家",
        "开门",
        "关门",
        "开灯",
        "关灯",
    ],
    *[
        "多谢",
        "晚安",
        "早安",
        "你好",
        "再见",
        "拜拜",
        "嗯",
        "哦",
        "哈哈",
        "加油",
        "辛苦了",
        "没事",
        "没空",
        "没问题",
        "不去",
        "不来",
        "去吧",
        "请假",
        "生病",
        "迟到",
        "回家",
        "吃了",
        "睡了",
        "平安",
        "安全",
        "报平安",
        "一切正常",
    ],
)
_ENGLISH = (
    "Thanks {en}, on my way",
    "OK",
    "Yes please, at {n}:30",
    "No, call me at {mobile}",
    "The door in room {n} is open!",
    "Battery {n}%, all good",
    "see you @ {n} pm ;-)",
    "Code {code} [ok] (c) {en}",
    "Don't forget: 1+1=2 & {n}/{n}",
)
_TRADITIONAL = (
    "{tname}，謝謝，我馬上過來",
    "門沒有關，請{tname}處理",
    "在{n}樓等電梯",
    "開會時間改為{n}點",
    "請勿回覆此簡訊，電話{mobile}",
    "{tname}已經到機場了",
)
_MIXED = (
    "OK，{name}",
    "WiFi密码是{code}",
    "{en}说{n}点到{place}",
    "A{n}栋{n}楼, thanks",
    "请看 http://a.cn/{code}?id={n} 谢谢",
    "{name} (VIP) 已签收",
    "Hi {en}，我在{place}，OK?",
)
_UNITS = (
    "{n} °C",
    "{n}°C outside",
    "£{n} please",
    "温度{n}℃，湿度{n}%",
    "{n}㎡，{n}元/天",
    "±{n} mm",
    "约{n}公里，{n}½小时",
    "价格￥{n}",
    "→{place}←",
    "{n}×{n}=?",
    "①关灯②锁门{n}",
    "§{n}：{name}",
    "…{n}—{n}",
)
_ACCENTS = (
    *(
        "Café at {n}",
        "Zürich {n}",
        "déjà vu {en}",
        "Ünye {n}",
        "señor {en}, mañana",
        "Grüße, {en}",
        "Łódź {n}",
        "São Paulo {n}",
        "très bien, {en}",
    ),
    *(
        "Привет, {en}",
        "Спасибо {n}",
        "Ευχαριστώ {n}",
        "naïve {en} {n}",
        "Málaga {n}",
        "über {n} km",
        "João {n}",
        "Čeština {n}",
        "ça va {en}",
    ),
)
_EMOJI = (
    "OK 👍 {n}",
    "{en}👍{place}",
    "好的👌{n}",
    "🔥🔥{place}",
    "{name}😂",
    "Thanks {en} ❤️",
    "😀",
    "到家了🏠{n}",
    "👨‍👩‍👧 {n}",
    "收到✅{name}",
    "{n}🎂快乐",
)
_TEMPLATES = {
    Kind.CHINESE: _CHINESE,
    Kind.SHORT: _SHORT,
    Kind.ENGLISH: _ENGLISH,
    Kind.TRADITIONAL: _TRADITIONAL,
    Kind.RARE: ("{rare}", "我是{rare}", "{rare}，收到", "请找{rare}，在{place}", "{rare}谢谢{n}"),
    Kind.MIXED: _MIXED,
    Kind.UNITS: _UNITS,
    Kind.ACCENTS: _ACCENTS,
    Kind.EMOJI: _EMOJI,
}
_ENGLISH_NAMES = ("Tom", "Alice", "Bob", "Mary", "John", "Lily", "Jack", "Lucy")


def replies(kind: Kind) -> list[str]:
    """Return different replies, the same on every run. Many are short names, whose charset is the most ambiguous."""
    source = random.Random(f"{kind}")
    templates = [*_TEMPLATES[kind], *(["{name}"] if kind is Kind.SHORT else [])]
    texts = {template.format(**_words(source)): None for template in templates}
    while len(texts) < SIZE:
        texts[source.choice(templates).format(**_words(source))] = None
    return list(texts)


def _words(source: random.Random) -> dict[str, str]:
    surname, given = source.choice(_SURNAMES), "".join(source.choices(_GIVEN, k=source.choice((1, 2))))
    return {
        "name": surname + given,
        "tname": source.choice("陳張劉楊黃趙吳") + source.choice("偉強麗華國傑濤龍鳳"),
        "rare": source.choice((surname, "朱", "")) + source.choice(_RARE) + source.choice(("", given)),
        "en": source.choice(_ENGLISH_NAMES),
        "place": source.choice(_PLACES),
        "n": str(source.randint(1, 60)),
        "code": f"{source.randint(0, 999999):06}",
        "mobile": f"13{source.randint(0, 999999999):09}",
    }
