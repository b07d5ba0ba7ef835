"""Real clients push to a running Home Assistant: to its own web server, and to the port of its own for pushes.

What a machine lacks is left out: `apt-get install curl wget php-cli php-curl nodejs` brings them all.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
import json
from pathlib import Path
import shutil
import sys
from urllib.parse import quote

import aiohttp
import pytest

from tests.live.client import WAIT_LIMIT, Client, Json
from tests.live.folder import prepare
from tests.live.process import HomeAssistantProcess, free_port
from tests.live.push_account import PASSWORD, USER, add_push_account
from tests.simulator import Simulator

CONFIGURATION = "config:\n"
MOTHER = "13802102102"
PHP_CURL = """
parse_str($argv[3], $fields);
$curl = curl_init($argv[1]);
curl_setopt_array($curl, [CURLOPT_POSTFIELDS => $argv[2] == 'array' ? $fields : $argv[3]]);
curl_exec($curl);
"""
PHP_STREAM = """
$http = ['method' => 'POST', 'content' => $argv[2], 'header' => 'Content-Type: application/x-www-form-urlencoded'];
echo file_get_contents($argv[1], false, stream_context_create(['http' => $http]));
"""
NODE = """
const [url, kind, form] = process.argv.slice(1);
const fields = Object.fromEntries(new URLSearchParams(form));
const data = new FormData();
Object.entries(fields).forEach(([name, value]) => data.append(name, value));
const options = {
  query: { method: "POST" },
  text: { method: "POST", body: form },
  form: { method: "POST", body: new URLSearchParams(form) },
  multipart: { method: "POST", body: data },
  json: { method: "POST", body: JSON.stringify(fields), headers: { "Content-Type": "application/json" } },
};
fetch(kind == "query" ? `${url}?${form}` : url, options[kind]).then(async (r) => process.stdout.write(await r.text()));
"""
PYTHON_URLLIB = """
import sys, urllib.request
print(urllib.request.urlopen(sys.argv[1], sys.argv[2].encode()).read().decode(), end="")
"""
PYTHON_CHUNKED = """
import http.client, sys, urllib.parse
url = urllib.parse.urlsplit(sys.argv[1])
connection = http.client.HTTPConnection(url.netloc)
connection.request("POST", url.path, iter([sys.argv[2][:20].encode(), sys.argv[2][20:].encode()]))
print(connection.getresponse().read().decode(), end="")
"""


@dataclass(frozen=True, kw_only=True)
class Push:
    """A push for a client to make: the URL, and its fields in a charset."""

    url: str
    fields: dict[str, str]
    charset: str

    @property
    def form(self) -> str:
        """The fields, urlencoded."""
        return "&".join(f"{name}={quote(value, encoding=self.charset)}" for name, value in self.fields.items())

    @property
    def raw(self) -> bytes:
        """The fields, not urlencoded."""
        return "&".join(f"{name}={value}" for name, value in self.fields.items()).encode(self.charset)

    @property
    def parts(self) -> list[bytes]:
        """The fields, as curl takes them one by one."""
        return [part for name, value in self.fields.items() for part in (b"-F", f"{name}={value}".encode(self.charset))]


type Command = Callable[[Push], list[str | bytes]]

ANYWHERE: dict[str, Command] = {
    "curl-query": lambda push: ["curl", "-sS", "-X", "POST", f"{push.url}?{push.form}"],
    "curl-get": lambda push: ["curl", "-sS", f"{push.url}?{push.form}"],
    "curl-slash": lambda push: ["curl", "-sS", f"{push.url}/??{push.form}"],
    "curl-form": lambda push: ["curl", "-sS", "--data", push.form, push.url],
    "curl-raw-body": lambda push: ["curl", "-sS", "--data-binary", push.raw, push.url],
    "curl-no-type": lambda push: ["curl", "-sS", "-H", "Content-Type:", "--data", push.form, push.url],
    "curl-multipart": lambda push: ["curl", "-sS", *push.parts, push.url],
    "curl-http-1.0": lambda push: ["curl", "-sS", "--http1.0", "--data", push.form, push.url],
    "curl-expect": lambda push: ["curl", "-sS", "-H", "Expect: 100-continue", "--data", push.form, push.url],
    "curl-chunked": lambda push: ["curl", "-sS", "-H", "Transfer-Encoding: chunked", "--data", push.form, push.url],
    "wget-query": lambda push: ["wget", "-qO-", "--no-proxy", f"{push.url}?{push.form}"],
    "wget-form": lambda push: ["wget", "-qO-", "--no-proxy", f"--post-data={push.form}", push.url],
    "php-curl-array": lambda push: ["php", "-r", PHP_CURL, push.url, "array", push.form],
    "php-curl-string": lambda push: ["php", "-r", PHP_CURL, push.url, "string", push.form],
    "php-stream": lambda push: ["php", "-r", PHP_STREAM, push.url, push.form],
    "node-query": lambda push: ["node", "-e", NODE, push.url, "query", push.form],
    "node-text": lambda push: ["node", "-e", NODE, push.url, "text", push.form],
    "python-urllib": lambda push: [sys.executable, "-c", PYTHON_URLLIB, push.url, push.form],
    "python-chunked": lambda push: [sys.executable, "-c", PYTHON_CHUNKED, push.url, push.form],
}
UTF_8_ALONE: dict[str, Command] = {
    "node-form": lambda push: ["node", "-e", NODE, push.url, "form", push.form],
    "node-multipart": lambda push: ["node", "-e", NODE, push.url, "multipart", push.form],
    "node-json": lambda push: ["node", "-e", NODE, push.url, "json", push.form],
    "curl-json": lambda push: ["curl", "-sS", "--json", json.dumps(push.fields), push.url],
}
OWN_PORT_ALONE: dict[str, Command] = {
    "curl-raw-query": lambda push: ["curl", "-sS", "-X", "POST", push.url.encode() + b"?" + push.raw],
    "curl-lower-case": lambda push: ["curl", "-sS", "-X", "post", f"{push.url}?{push.form}"],
    "curl-absolute": lambda push: ["curl", "-sS", "-x", push.url.split("/api", maxsplit=1)[0], f"{push.url}?{push.form}"],
}


@pytest.fixture
async def simulator(socket_enabled: None) -> AsyncIterator[Simulator]:
    async with Simulator(seed=1) as simulator:
        simulator.add_account(USER, PASSWORD, balance=100)
        yield simulator


@asynccontextmanager
async def _home(folder: Path, simulator: Simulator) -> AsyncIterator[tuple[asyncio.Queue[Json], dict[str, str]]]:
    """A running Home Assistant: the replies that it hears, and the URLs of both ways in."""
    port, listener_port = free_port(), free_port()
    prepare(folder, port=port, configuration=CONFIGURATION)
    process = HomeAssistantProcess(folder, port)
    await process.start()
    try:
        async with aiohttp.ClientSession() as session:
            client = Client(session, process.origin)
            await client.onboard(name="Demo", username="demo", password="demo")
            async with client.web_socket() as socket:
                await socket.until_running()
                path = await add_push_account(client, simulator.url, listener_port)
                urls = {"Home Assistant": f"{process.origin}{path}", "own port": f"http://127.0.0.1:{listener_port}{path}"}
                yield await socket.follow("smsadmin_reply"), urls
    finally:
        await process.stop()


async def _run(command: list[str | bytes]) -> str:
    """What a program prints; what it complains of is shown by pytest where the test fails."""
    program = shutil.which(str(command[0]))
    assert program
    process = await asyncio.create_subprocess_exec(program, *command[1:], stdout=asyncio.subprocess.PIPE)
    output, _ = await process.communicate()
    return output.decode()


def _installed(commands: dict[str, Command]) -> dict[str, Command]:
    """The clients that this machine has."""
    push = Push(url="", fields={}, charset="utf-8")
    return {name: command for name, command in commands.items() if shutil.which(str(command(push)[0]))}


async def test_every_client_is_heard(simulator: Simulator, tmp_path: Path) -> None:
    cases = [(way, charset, ANYWHERE) for way in ("Home Assistant", "own port") for charset in ("utf-8", "gbk")]
    cases += [(way, "utf-8", UTF_8_ALONE) for way in ("Home Assistant", "own port")]
    cases += [("own port", charset, OWN_PORT_ALONE) for charset in ("utf-8", "gbk")]
    expected, answers = {}, {}
    async with _home(tmp_path, simulator) as (replies, urls):
        for way, charset, commands in cases:
            for name, command in _installed(commands).items():
                case = (way, charset, name)
                expected[case] = f"收到,{name},{charset},{way.replace(' ', '-')},谢谢"
                fields = {"Class": "mo", "SmsName": USER, "Mobile": MOTHER, "Message": expected[case], "LinkId": ""}
                answers[case] = await _run(command(Push(url=urls[way], fields=fields, charset=charset)))
        assert {case: answer for case, answer in answers.items() if answer != "000"} == {}
        heard: set[str] = set()
        try:
            async with asyncio.timeout(WAIT_LIMIT):
                while len(heard) < len(expected):
                    heard.add((await replies.get())["data"]["message"])
        except TimeoutError:
            pass
        assert [case for case, message in expected.items() if message not in heard] == []
