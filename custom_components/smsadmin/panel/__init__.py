"""The panel's side of Home Assistant: what serves it, and the WebSocket commands that it uses."""
