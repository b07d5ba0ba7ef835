"""The HTTP interface V2.0.1 of the SMS gateway 通用短信平台.

This package depends on aiohttp and the standard library alone, so that it can be used outside Home Assistant.
"""
