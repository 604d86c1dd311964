"""做一张 HTTPS 证书（和签发它的小型证书机构），并说明怎样信任它；再次执行即续期。"""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from oosc.audit import trail
from oosc.kernel import clock
from oosc.kernel.refusal import Refused
from oosc.portal import certificates, serving, upgrading

HOW_TO_TRUST = """
让别的电脑、手机信任它（每台一次；续期后不用重做）。先把 {authority} 复制过去：
　Windows　　双击 ca.crt，“安装证书”，选“本地计算机”，放入“受信任的根证书颁发机构”。
　统信 UOS、麒麟、Debian　　sudo cp ca.crt /usr/local/share/ca-certificates/baoxue.crt
　　　　　　然后 sudo update-ca-certificates；浏览器里再到“设置、证书、授权机构”导入一次。
　安卓手机　　“设置、安全、加密与凭据、安装证书、CA 证书”，选 ca.crt。
　苹果手机　　打开 ca.crt 安装描述文件，再到“设置、通用、关于本机、证书信任设置”打开它。
证书机构的私钥 ca.key 请抄一份离线保存，然后可以从这台机器上移走；续期时再放回来。
"""


class Command(BaseCommand):
    help = "做 HTTPS 证书，或续期。主机名默认取 OOSC_HOSTS。"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--host", action="append", default=[], help="这台机器的名字或地址，可写多个"
        )

    def handle(self, *, host: list[str], **_: Any) -> None:  # Any: Django's own options
        named = host or _named_before()
        try:
            made = certificates.make(named, clock.now())
        except Refused as refused:
            raise CommandError(str(refused)) from refused
        if not upgrading.is_pending():
            trail.record("certificate.made", by=None, hosts=made.hosts)
        self.stdout.write(
            f"证书已做好，用于 {'、'.join(made.hosts)}，有效到 {made.until:%Y-%m-%d}。"
        )
        self.stdout.write("重新启动后只走 HTTPS。到期前再执行一次本命令即续期。")
        if set(made.hosts) <= set(certificates.ALWAYS):
            self.stdout.write("只写了本机。要让别的电脑、手机连上，请加 --host 名字或地址。")
        if made.is_new_authority:
            self.stdout.write(HOW_TO_TRUST.format(authority=made.authority))


def _named_before() -> list[str]:
    """The hosts of OOSC_HOSTS, and those of the certificate that is renewed."""
    held = certificates.in_use()
    before = sorted(certificates.hosts_of(held)) if held else []
    return [*(one for one in serving.named_hosts() if one[0] not in "*."), *before]
