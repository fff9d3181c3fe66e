import java.io.File;
import org.verapdf.gf.foundry.VeraGreenfieldFoundryProvider;
import org.verapdf.pdfa.Foundries;
import org.verapdf.pdfa.PDFAParser;
import org.verapdf.pdfa.PDFAValidator;
import org.verapdf.pdfa.flavours.PDFAFlavour;
import org.verapdf.pdfa.results.TestAssertion;
import org.verapdf.pdfa.results.ValidationResult;

/**
 * What veraPDF says of each file, one line a file and one a rule that does not hold:
 *
 *   file NAME FLAVOUR-THAT-IT-CLAIMS compliant|broken
 *   rule NAME CLAUSE MESSAGE
 *
 * It is validated as PDF/A-2b, whatever it claims.
 */
public class PdfJudge {
    public static void main(String[] arguments) throws Exception {
        VeraGreenfieldFoundryProvider.initialise();
        for (String path : arguments) {
            File file = new File(path);
            try (PDFAParser parser = Foundries.defaultInstance().createParser(file, PDFAFlavour.PDFA_2_B, PDFAFlavour.PDFA_2_B)) {
                PDFAValidator validator =
                    Foundries.defaultInstance().createValidator(PDFAFlavour.PDFA_2_B, false);
                ValidationResult result = validator.validate(parser);
                System.out.println("file " + file.getName() + " " + claimed(file) + " "
                    + (result.isCompliant() ? "compliant" : "broken"));
                result.getTestAssertions().stream()
                    .filter(each -> each.getStatus() == TestAssertion.Status.FAILED)
                    .map(each -> each.getRuleId().getClause() + "-" + each.getRuleId().getTestNumber() + " " + each.getMessage())
                    .distinct()
                    .forEach(rule -> System.out.println("rule " + file.getName() + " " + rule.replace('\n', ' ')));
            }
        }
    }

    private static String claimed(File file) throws Exception {
        try (PDFAParser parser = Foundries.defaultInstance().createParser(file)) {
            return parser.getFlavour().getId();
        }
    }
}
