"""Which attributes of DICOM identify a patient, by keyword, type of value or group.

The keywords are those of the Basic Application Level Confidentiality Profile (PS3.15, annex E)
that images, segmentations, structure sets and their references are met with. Types of values catch
what the list lacks: every name of a person, date, time, unique identifier and free text counts.
"""

from imgpipe.images.formats.metadata.said import DATES, NAMES, PLACES, TRAITS, UIDS, WORDS

_NAMES = """
    AccessionNumber AdmissionID BranchOfService ClinicalTrialSubjectID
    ClinicalTrialSubjectReadingID CountryOfResidence CurrentPatientLocation
    FillerOrderNumberImagingServiceRequest IssuerOfAdmissionID
    IssuerOfAdmissionIDSequence IssuerOfPatientID IssuerOfPatientIDQualifiersSequence
    MedicalRecordLocator MilitaryRank OtherPatientIDs OtherPatientIDsSequence OtherPatientNames
    PatientAddress PatientBirthDate PatientBirthDateInAlternativeCalendar PatientBirthName
    PatientBirthTime PatientDeathDateInAlternativeCalendar PatientID PatientInstitutionResidence
    PatientInsurancePlanCodeSequence PatientMotherBirthName PatientName
    PatientPrimaryLanguageCodeSequence PatientTelecomInformation PatientTelephoneNumbers
    PerformedProcedureStepID PersonAddress PersonTelecomInformation PersonTelephoneNumbers
    PlacerOrderNumberImagingServiceRequest RegionOfResidence RequestedProcedureID
    ResponsibleOrganization ResponsiblePerson ScheduledProcedureStepID ServiceEpisodeID
    SpecimenAccessionNumber SpecimenIdentifier StudyID
"""
_TRAITS = """
    Allergies EthnicGroup LastMenstrualDate MedicalAlerts Occupation PatientAge
    PatientBodyMassIndex PatientReligiousPreference PatientSex PatientSexNeutered PatientSize
    PatientSpeciesDescription PatientState PatientWeight PregnancyStatus PreMedication
    QualityControlSubject SmokingStatus SpecialNeeds
"""
_PLACES = """
    ActualHumanPerformersSequence CassetteID ClinicalTrialCoordinatingCenterName
    ClinicalTrialProtocolEthicsCommitteeName ClinicalTrialSiteID ClinicalTrialSiteName
    ClinicalTrialSponsorName ConsultingPhysicianIdentificationSequence ContentCreatorName
    DetectorID DeviceSerialNumber GantryID GeneratorID InstitutionAddress InstitutionCodeSequence
    InstitutionName InstitutionalDepartmentName InstitutionalDepartmentTypeCodeSequence
    IntendedRecipientsOfResultsIdentificationSequence ModifyingSystem NetworkID
    OperatorIdentificationSequence OperatorsName OrderCallbackPhoneNumber
    OrderCallbackTelecomInformation OrderEntererLocation PerformedLocation
    PerformedStationAETitle PerformedStationGeographicLocationCodeSequence PerformedStationName
    PerformedStationNameCodeSequence PerformingPhysicianIdentificationSequence
    PhysiciansOfRecordIdentificationSequence PhysiciansReadingStudyIdentificationSequence PlateID
    ReferringPhysicianAddress ReferringPhysicianIdentificationSequence
    ReferringPhysicianTelephoneNumbers RequestingPhysicianIdentificationSequence RequestingService
    RetrieveAETitle RetrieveURI RetrieveURL ScheduledHumanPerformersSequence
    ScheduledPerformingPhysicianIdentificationSequence ScheduledProcedureStepLocation
    ScheduledStationAETitle ScheduledStationGeographicLocationCodeSequence ScheduledStationName
    ScheduledStudyLocation ScheduledStudyLocationAETitle SourceApplicationEntityTitle
    SendingApplicationEntityTitle ReceivingApplicationEntityTitle StationAETitle StationName
    VerifyingObserverIdentificationCodeSequence VerifyingObserverSequence VerifyingOrganization
    XRaySourceID
"""
_WORDS = """
    AcquisitionProtocolDescription AdmittingDiagnosesDescription ClinicalTrialSeriesDescription
    ClinicalTrialTimePointDescription ContainerIdentifier ContributionDescription
    DerivationDescription InterpretationIDIssuer MedicalRecordLocator
    PerformedProcedureStepDescription ProtocolName ReasonForStudy ReasonForVisit
    RequestedContrastAgent RequestedProcedureDescription RequestedProcedureLocation
    ResultsIDIssuer ROIDescription ROIObservationDescription
    ROIObservationLabel ScheduledProcedureStepDescription SeriesDescription
    ServiceEpisodeDescription SpecimenShortDescription StructureSetDescription StructureSetLabel
    StructureSetName StudyDescription VisitStatusID
"""

LISTED = {
    keyword: code
    for code, keywords in (
        (NAMES, _NAMES),
        (TRAITS, _TRAITS),
        (PLACES, _PLACES),
        (WORDS, _WORDS),
    )
    for keyword in keywords.split()
}
"""Code of each attribute that is named."""

OF_TYPE = {
    "PN": PLACES,  # another person than the patient, whose names are listed
    "DA": DATES,
    "DT": DATES,
    "TM": DATES,
    "LT": WORDS,
    "ST": WORDS,
    "UT": WORDS,
    "UI": UIDS,
}
"""Code of attributes by the type of their value, where the list does not name them."""

# these say what a file is, and are the same for all patients
_WITHOUT_PATIENT = """
    AffectedSOPClassUID AvailableTransferSyntaxUID CodingSchemeName
    CodingSchemeResponsibleOrganization CodingSchemeUID ContextGroupExtensionCreatorUID
    ContextUID EncryptedContentTransferSyntaxUID FlowTransferSyntaxUID ImplementationClassUID
    InstanceCreatorUID MACCalculationTransferSyntaxUID ManufacturerDeviceClassUID MappingResourceUID
    MediaStorageSOPClassUID OriginalSpecializedSOPClassUID PrivateInformationCreatorUID
    ReferencedRelatedGeneralSOPClassUIDInFile ReferencedSOPClassUID ReferencedSOPClassUIDInFile
    ReferencedTransferSyntaxUIDInFile RelatedGeneralSOPClassUID RequestedSOPClassUID SOPClassUID
    SOPClassesInStudy SOPClassesSupported StoredInstanceTransferSyntaxUID
    TemplateExtensionCreatorUID TemplateExtensionOrganizationUID TransferSyntaxUID
"""
WITHOUT_PATIENT = frozenset(_WITHOUT_PATIENT.split())

IN_PATHS = ("PatientName", "PatientID", "OtherPatientNames", "OtherPatientIDs", "PatientBirthName")
"""Whose values are looked for in names of files and folders."""


def code_of(keyword: str, kind: str) -> str | None:
    """Code of an attribute with this type of value; None where it does not identify anybody."""
    if keyword in WITHOUT_PATIENT:
        return None
    return LISTED.get(keyword) or OF_TYPE.get(kind)
