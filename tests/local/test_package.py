"""Packaging turns local paths of a template into addresses of objects."""

import io
import json
import os
import zipfile
from pathlib import Path

import pytest

from local.package import archive, package

TEMPLATE = """
Transform: AWS::Serverless-2016-10-31
Resources:
  Function:
    Type: AWS::Serverless::Function
    Properties: {CodeUri: lambda/, Role: !GetAtt Role.Arn, Policies: [{Version: 2012-10-17}]}
  Layer:
    Type: AWS::Serverless::LayerVersion
    Metadata: {BuildMethod: python3.13}
    Properties: {ContentUri: src/}
  Machine:
    Type: AWS::Serverless::StateMachine
    Properties: {DefinitionUri: stacks/machine.asl.yaml, Name: !Sub '${AWS::StackName}-x'}
  Child:
    Type: AWS::CloudFormation::Stack
    Properties: {TemplateURL: stacks/child.yaml}
  Elsewhere:
    Type: AWS::CloudFormation::Stack
    Properties: {TemplateURL: 'https://example.com/other.yaml'}
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    for folder in ("lambda", "src/vod", "src/vod/__pycache__", "stacks"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "template.yaml").write_text(TEMPLATE)
    (tmp_path / "lambda" / "upload.py").write_text("handler = 1")
    (tmp_path / "src" / "vod" / "plan.py").write_text("plan = 1")
    (tmp_path / "src" / "vod" / "__pycache__" / "plan.pyc").write_text("compiled")
    (tmp_path / "stacks" / "machine.asl.yaml").write_text("StartAt: ${First}")
    (tmp_path / "stacks" / "child.yaml").write_text("Resources: {Topic: {Type: 'AWS::SNS::Topic'}}")
    return tmp_path


def test_every_local_path_becomes_an_object(project: Path) -> None:
    packed = package(project / "template.yaml", "artifacts")
    resources = json.loads(packed.body)["Resources"]

    def stored(address: str) -> bytes:
        return packed.objects[address.rsplit("/", 1)[1]]

    assert stored(resources["Machine"]["Properties"]["DefinitionUri"]) == b"StartAt: ${First}"
    assert b"AWS::SNS::Topic" in stored(resources["Child"]["Properties"]["TemplateURL"])
    function = zipfile.ZipFile(io.BytesIO(stored(resources["Function"]["Properties"]["CodeUri"])))
    assert function.namelist() == ["upload.py"]


def test_a_python_layer_lies_where_the_runtime_looks_and_without_what_was_compiled(project: Path) -> None:
    packed = package(project / "template.yaml", "artifacts")
    key = json.loads(packed.body)["Resources"]["Layer"]["Properties"]["ContentUri"].rsplit("/", 1)[1]

    assert zipfile.ZipFile(io.BytesIO(packed.objects[key])).namelist() == ["python/vod/plan.py"]


def test_short_tags_become_their_long_form_and_dates_stay_text(project: Path) -> None:
    resources = json.loads(package(project / "template.yaml", "artifacts").body)["Resources"]

    assert resources["Function"]["Properties"]["Role"] == {"Fn::GetAtt": ["Role", "Arn"]}
    assert resources["Function"]["Properties"]["Policies"] == [{"Version": "2012-10-17"}]
    assert resources["Machine"]["Properties"]["Name"] == {"Fn::Sub": "${AWS::StackName}-x"}


def test_addresses_are_left_alone(project: Path) -> None:
    resources = json.loads(package(project / "template.yaml", "artifacts").body)["Resources"]

    assert resources["Elsewhere"]["Properties"]["TemplateURL"] == "https://example.com/other.yaml"


def test_the_package_changes_exactly_when_content_does(project: Path) -> None:
    before = package(project / "template.yaml", "artifacts")
    os.utime(project / "lambda" / "upload.py", (1, 1))
    touched = package(project / "template.yaml", "artifacts")
    (project / "stacks" / "child.yaml").write_text("Resources: {Topic: {Type: 'AWS::SQS::Queue'}}")
    changed = package(project / "template.yaml", "artifacts")

    assert touched.body == before.body
    assert changed.body != before.body


def test_code_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="missing is not a folder"):
        archive(tmp_path / "missing")
