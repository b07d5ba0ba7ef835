"""The HTTP interface V2.0.1 of the SMS gateway 通用短信平台.

Knows the protocol, aiohttp and the standard library, and nothing of whoever uses it.
"""
