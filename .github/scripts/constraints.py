"""Write .github/constraints.txt: the version of everything that the package and its extras need, as installed here.

    python .github/scripts/constraints.py            # after the tests have passed
    pip install -c .github/constraints.txt '.[view]' # the same versions again
"""
import importlib.metadata as metadata
from pathlib import Path

from packaging.requirements import Requirement

TARGET = Path(__file__).parents[1]/'constraints.txt'
LEFT_OUT = ('dev', 'site')   # extras of people who work on the notebooks


def wanted(name, extras=('',)):
    "Names of installed distributions that `name` needs, with some of its extras"
    for r in map(Requirement, metadata.requires(name) or ()):
        if not r.marker or any(r.marker.evaluate({'extra': e}) for e in extras or ('',)): yield r.name, tuple(r.extras)


def closure(name, extras):
    "Everything that `name` needs, directly or not: name -> version"
    found, todo = {}, list(wanted(name, ('', *extras)))
    while todo:
        other, more = todo.pop()
        try: version = metadata.version(other)
        except metadata.PackageNotFoundError: continue
        key = other.lower().replace('_', '-')
        if key in found and not more: continue
        found[key] = version.split('+')[0]
        todo += [w for w in wanted(other, ('', *more)) if w[0].lower().replace('_', '-') not in found]
    return found


def main():
    extras = [e for e in metadata.metadata('ihc_tissue').get_all('Provides-Extra') if e not in LEFT_OUT]
    lines = [f'{n}=={v}' for n, v in sorted(closure('ihc_tissue', extras).items())]
    TARGET.write_text('# Made by .github/scripts/constraints.py: versions with which the tests have passed.\n'
                      + '\n'.join(lines) + '\n', encoding='utf8')
    print(f'{len(lines)} versions in {TARGET.name}')


if __name__ == '__main__': main()
