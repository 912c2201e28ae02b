"""Controller side of base_images_pull: says what is under way."""

from __future__ import annotations

from ansible_collections.todo.stack.plugins.plugin_utils.build.watched import WatchedModule


class ActionModule(WatchedModule):
    """Runs the module, and shows what it waits for."""

    module = "todo.stack.base_images_pull"
