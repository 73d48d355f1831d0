"The package's metadata live in settings.ini, where nbdev reads them too."
from configparser import ConfigParser
from pathlib import Path
from setuptools import setup, find_packages

cfg = ConfigParser(delimiters=['='], interpolation=None)
cfg.read(Path(__file__).parent/'settings.ini', encoding='utf8')
cfg = cfg['DEFAULT']
URL = cfg['git_url'].replace('%(user)s', cfg['user']).replace('%(repo)s', cfg['repo'])

setup(
    name=cfg['lib_name'], version=cfg['version'], description=cfg['description'], author=cfg['author'],
    author_email=cfg['author_email'], keywords=cfg['keywords'], license='Apache-2.0',
    url=URL,
    long_description=(Path(__file__).parent/'README.md').read_text(encoding='utf8'),
    long_description_content_type='text/markdown', python_requires='>=' + cfg['min_python'],
    classifiers=[
        'Development Status :: 4 - Beta', 'Intended Audience :: Science/Research', 'Natural Language :: English',
        'Operating System :: POSIX :: Linux', 'Operating System :: MacOS', 'Operating System :: Microsoft :: Windows',
        'Programming Language :: Python :: 3',
        *(f'Programming Language :: Python :: 3.{minor}' for minor in (10, 11, 12, 13)),
        'Topic :: Scientific/Engineering :: Image Recognition',
        'Topic :: Scientific/Engineering :: Medical Science Apps.'],
    project_urls={'Changelog': f'{URL}/blob/main/CHANGELOG.md', 'Issues': f'{URL}/issues', 'Source': URL},
    packages=find_packages(include=[cfg['lib_path'], cfg['lib_path'] + '.*']), include_package_data=True,
    package_data={'': ['published/*', '*.pyi', 'static/*', 'weights/*']}, zip_safe=False,
    install_requires=cfg['requirements'].split(),
    extras_require={k.removesuffix('_requirements'): v.split() for k, v in cfg.items() if k.endswith('_requirements')},
    entry_points={'console_scripts': [line for line in cfg['console_scripts'].split('\n') if line.strip()]},
)
