"""What a disk may hold after the power went: a model of files, folders and what was synced of them.

What was synced is there. Of everything later a disk keeps what it likes: of the changes to a folder the
first few, of the bytes of a file some, none, or as many zeros.
"""

from itertools import product
from pathlib import PurePath


class File:
    """A file with its bytes, and those that were there when it was last synced."""

    def __init__(self):
        self.content = self.synced = b""

    def contents(self, chance):
        """Return what may be found in it."""
        if self.content == self.synced:
            return [self.content]
        cut = chance.randrange(len(self.content) + 1)
        found = [self.content, self.content[:cut], b"", b"\0" * len(self.content), self.synced]
        return list(dict.fromkeys(found))


class Folder:
    """A folder with its entries, and the changes since it was last synced."""

    def __init__(self):
        self.entries, self.synced, self.changes = {}, {}, []

    def change(self, **entries):
        """Set entries, or remove those that are None, as one change."""
        self.changes.append(entries)
        self.entries = changed(self.entries, entries)

    def sync(self):
        """Make all changes durable."""
        self.synced, self.changes = self.entries, []


class Tree:
    """The folders and files of a disk as calls change them."""

    def __init__(self):
        self.top = Folder()

    def do(self, call):
        """Change what a call changes."""
        folder, name = self._folder(PurePath(call.name).parent), PurePath(call.name).name
        match call.verb:
            case "mkdir":
                folder.change(**{name: Folder()})
            case "create" if name in folder.entries:
                folder.entries[name].content = b""
            case "create":
                folder.change(**{name: File()})
            case "write":
                folder.entries[name].content += call.content
            case "replace":
                assert PurePath(call.target).parent == PurePath(call.name).parent
                moved = {name: None, PurePath(call.target).name: folder.entries[name]}
                folder.change(**moved)
            case "unlink":
                folder.change(**{name: None})
            case "fsync" if call.name == ".":
                self.top.sync()
            case "fsync" if isinstance(folder.entries[name], Folder):
                folder.entries[name].sync()
            case "fsync":
                folder.entries[name].synced = folder.entries[name].content

    def now(self):
        """Return what is there when only the program is killed: the bytes by name, None for a folder."""
        return found(self.top, lambda folder: folder.entries, lambda file: file.content)

    def worst(self):
        """Return what is there when all is lost that was not synced."""
        return found(self.top, lambda folder: folder.synced, lambda file: file.synced)

    def after_a_crash(self, chance):
        """Yield what may be there when the power goes."""
        nodes = list(reached(self.top))
        choices = [
            node.contents(chance) if isinstance(node, File) else list(partly(node))
            for node in nodes
        ]
        for chosen in product(*choices):
            of = dict(zip(map(id, nodes), chosen, strict=True))
            yield found(self.top, lambda f, of=of: of[id(f)], lambda f, of=of: of[id(f)])

    def _folder(self, path):
        folder = self.top
        for part in path.parts:
            folder = folder.entries[part]
        return folder


def changed(entries, change):
    """Return entries after a change."""
    return {name: node for name, node in (entries | change).items() if node is not None}


def partly(folder):
    """Yield the entries of a folder when only the first so many of its changes were kept."""
    entries = folder.synced
    yield entries
    for change in folder.changes:
        entries = changed(entries, change)
        yield entries


def reached(folder):
    """Yield the folder and all that is or was in it."""
    yield folder
    seen = {id(node): node for entries in partly(folder) for node in entries.values()}
    for node in seen.values():
        if isinstance(node, Folder):
            yield from reached(node)
        else:
            yield node


def found(folder, entries, content, path=""):
    """Return names with bytes, or None for a folder, as these two functions see it."""
    tree = {}
    for name, node in entries(folder).items():
        if isinstance(node, Folder):
            tree[path + name] = None
            tree |= found(node, entries, content, f"{path}{name}/")
        else:
            tree[path + name] = content(node)
    return tree
