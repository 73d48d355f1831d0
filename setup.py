"The package's metadata live in settings.ini, where nbdev reads them too."
from configparser import ConfigParser
from pathlib import Path
from setuptools import setup, find_packages

cfg = ConfigParser(delimiters=['='], interpolation=None)
cfg.read(Path(__file__).parent/'settings.ini', encoding='utf8')
cfg = cfg['DEFAULT']

setup(
    name=cfg['lib_name'], version=cfg['version'], description=cfg['description'], author=cfg['author'],
    author_email=cfg['author_email'], keywords=cfg['keywords'], license='Apache-2.0',
    url=cfg['git_url'].replace('%(user)s', cfg['user']).replace('%(repo)s', cfg['repo']),
    long_description=(Path(__file__).parent/'README.md').read_text(encoding='utf8'),
    long_description_content_type='text/markdown', python_requires='>=' + cfg['min_python'],
    packages=find_packages(include=[cfg['lib_path'], cfg['lib_path'] + '.*']), include_package_data=True,
    package_data={'': ['published/*', '*.pyi', 'static/*']}, zip_safe=False,
    install_requires=cfg['requirements'].split(),
    extras_require={k: cfg[f'{k}_requirements'].split() for k in ('dev', 'export', 'view', 'pretrained')},
    entry_points={'console_scripts': [line for line in cfg['console_scripts'].split('\n') if line.strip()]},
)
