"""Small e-invoices, written for the tests after the formats' specifications."""

from asn1crypto import cms, core

CII = """<?xml version="1.0" encoding="UTF-8"?>
<rsm:CrossIndustryInvoice xmlns:rsm="urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100"
 xmlns:ram="urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100"
 xmlns:udt="urn:un:unece:uncefact:data:standard:UnqualifiedDataType:100">
 <rsm:ExchangedDocument><ram:ID>R-77</ram:ID>
  <ram:IssueDateTime><udt:DateTimeString format="102">20240229</udt:DateTimeString></ram:IssueDateTime>
 </rsm:ExchangedDocument>
 <rsm:SupplyChainTradeTransaction>
  <ram:IncludedSupplyChainTradeLineItem><ram:SpecifiedTradeProduct><ram:Name>Kessel</ram:Name></ram:SpecifiedTradeProduct>
   <ram:SpecifiedLineTradeDelivery><ram:BilledQuantity>2</ram:BilledQuantity></ram:SpecifiedLineTradeDelivery>
   <ram:SpecifiedLineTradeSettlement>
    <ram:ApplicableTradeTax><ram:RateApplicablePercent>19.00</ram:RateApplicablePercent></ram:ApplicableTradeTax>
    <ram:SpecifiedTradeSettlementLineMonetarySummation>
    <ram:LineTotalAmount>100.00</ram:LineTotalAmount>
   </ram:SpecifiedTradeSettlementLineMonetarySummation></ram:SpecifiedLineTradeSettlement>
  </ram:IncludedSupplyChainTradeLineItem>
  <ram:ApplicableHeaderTradeAgreement>
   <ram:SellerTradeParty><ram:Name>Ofenbau Nord GmbH</ram:Name>
    <ram:SpecifiedTaxRegistration><ram:ID schemeID="FC">201/113</ram:ID></ram:SpecifiedTaxRegistration>
    <ram:SpecifiedTaxRegistration><ram:ID schemeID="VA">DE 123 456 789</ram:ID></ram:SpecifiedTaxRegistration>
   </ram:SellerTradeParty>
   <ram:BuyerTradeParty><ram:Name>Kraków Sp. z o.o.</ram:Name>
    <ram:SpecifiedTaxRegistration><ram:ID schemeID="VA">PL9563655204</ram:ID></ram:SpecifiedTaxRegistration>
   </ram:BuyerTradeParty>
   <ram:ContractReferencedDocument><ram:IssuerAssignedID>V-1</ram:IssuerAssignedID></ram:ContractReferencedDocument>
  </ram:ApplicableHeaderTradeAgreement>
  <ram:ApplicableHeaderTradeSettlement><ram:InvoiceCurrencyCode>EUR</ram:InvoiceCurrencyCode>
   <ram:SpecifiedTradeSettlementPaymentMeans><ram:PayeePartyCreditorFinancialAccount>
    <ram:IBANID>DE08 7009 0100 1234 5678 90</ram:IBANID>
   </ram:PayeePartyCreditorFinancialAccount></ram:SpecifiedTradeSettlementPaymentMeans>
   <ram:SpecifiedTradePaymentTerms><ram:DueDateDateTime>
    <udt:DateTimeString format="102">20240330</udt:DateTimeString>
   </ram:DueDateDateTime></ram:SpecifiedTradePaymentTerms>
   <ram:SpecifiedTradeSettlementHeaderMonetarySummation>
    <ram:TaxBasisTotalAmount>100</ram:TaxBasisTotalAmount>
    <ram:TaxTotalAmount currencyID="PLN">81.00</ram:TaxTotalAmount>
    <ram:TaxTotalAmount currencyID="EUR">19.0</ram:TaxTotalAmount>
    <ram:GrandTotalAmount>119.00</ram:GrandTotalAmount>
    <ram:DuePayableAmount>19.00</ram:DuePayableAmount>
   </ram:SpecifiedTradeSettlementHeaderMonetarySummation>
  </ram:ApplicableHeaderTradeSettlement>
 </rsm:SupplyChainTradeTransaction>
</rsm:CrossIndustryInvoice>"""

UBL = """<?xml version="1.0"?>
<Invoice xmlns="urn:oasis:names:specification:ubl:schema:xsd:Invoice-2"
 xmlns:a="urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2"
 xmlns:b="urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2">
 <b:ID>7/2024</b:ID><b:IssueDate>2024-02-29</b:IssueDate><b:DueDate>2024-03-30</b:DueDate>
 <b:DocumentCurrencyCode>EUR</b:DocumentCurrencyCode>
 <a:AccountingSupplierParty><a:Party><a:PartyName><b:Name>Shop sign</b:Name></a:PartyName>
  <a:PartyTaxScheme><b:CompanyID>ESB99993321</b:CompanyID><a:TaxScheme><b:ID>VAT</b:ID></a:TaxScheme></a:PartyTaxScheme>
  <a:PartyLegalEntity><b:RegistrationName>Máquinas del Sur, S.L.</b:RegistrationName></a:PartyLegalEntity>
 </a:Party></a:AccountingSupplierParty>
 <a:AccountingCustomerParty><a:Party>
  <a:PartyLegalEntity><b:RegistrationName>Cliente, S.A.</b:RegistrationName></a:PartyLegalEntity>
 </a:Party></a:AccountingCustomerParty>
 <a:PaymentMeans><a:PayeeFinancialAccount><b:ID>ES1395913192531601564026</b:ID></a:PayeeFinancialAccount></a:PaymentMeans>
 <a:TaxTotal><b:TaxAmount currencyID="EUR">21</b:TaxAmount></a:TaxTotal>
 <a:LegalMonetaryTotal><b:TaxExclusiveAmount>100</b:TaxExclusiveAmount>
  <b:TaxInclusiveAmount>121.00</b:TaxInclusiveAmount></a:LegalMonetaryTotal>
 <a:InvoiceLine><b:InvoicedQuantity>1</b:InvoicedQuantity><b:LineExtensionAmount>100.00</b:LineExtensionAmount>
  <a:Item><b:Name>Alquiler</b:Name><a:ClassifiedTaxCategory><b:Percent>21</b:Percent></a:ClassifiedTaxCategory></a:Item></a:InvoiceLine>
</Invoice>"""

FATTURA = """<?xml version="1.0"?>
<p:FatturaElettronica xmlns:p="http://ivaservizi.agenziaentrate.gov.it/docs/xsd/fatture/v1.2" versione="FPR12">
 <FatturaElettronicaHeader>
  <CedentePrestatore><DatiAnagrafici><IdFiscaleIVA><IdPaese>IT</IdPaese><IdCodice>99898700630</IdCodice></IdFiscaleIVA>
   <Anagrafica><Denominazione>Caldaie Adige S.r.l.</Denominazione></Anagrafica></DatiAnagrafici></CedentePrestatore>
  <CessionarioCommittente><DatiAnagrafici><CodiceFiscale>RSSMRC79D03F205T</CodiceFiscale>
   <Anagrafica><Nome>Marco</Nome><Cognome>Rossetti</Cognome></Anagrafica></DatiAnagrafici></CessionarioCommittente>
 </FatturaElettronicaHeader>
 <FatturaElettronicaBody>
  <DatiGenerali><DatiGeneraliDocumento><TipoDocumento>TD01</TipoDocumento><Divisa>EUR</Divisa><Data>2024-02-29</Data>
   <Numero>12/A</Numero></DatiGeneraliDocumento></DatiGenerali>
  <DatiBeniServizi><DettaglioLinee><Descrizione>Caldaia</Descrizione><Quantita>1.00</Quantita>
    <PrezzoTotale>100.00</PrezzoTotale><AliquotaIVA>22.00</AliquotaIVA></DettaglioLinee>
   <DatiRiepilogo><ImponibileImporto>100.00</ImponibileImporto><Imposta>22.00</Imposta></DatiRiepilogo>
   <DatiRiepilogo><ImponibileImporto>50.00</ImponibileImporto><Imposta>5.00</Imposta></DatiRiepilogo></DatiBeniServizi>
  <DatiPagamento><DettaglioPagamento><DataScadenzaPagamento>2024-03-30</DataScadenzaPagamento>
   <IBAN>IT58D9999999349000005573734</IBAN></DettaglioPagamento></DatiPagamento>
 </FatturaElettronicaBody>
</p:FatturaElettronica>"""


def signed(content: bytes) -> bytes:
    """CMS SignedData around the content, without signers: only the envelope matters to a reader."""
    return bytes(
        cms.ContentInfo(
            {
                "content_type": "signed_data",
                "content": cms.SignedData(
                    {
                        "version": "v1",
                        "digest_algorithms": [],
                        "encap_content_info": {"content_type": "data", "content": core.OctetString(content)},
                        "signer_infos": [],
                    }
                ),
            }
        ).dump()
    )
